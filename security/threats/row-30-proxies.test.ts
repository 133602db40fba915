import { expect, it } from 'vitest';
import { agentUnderTest } from './harness.ts';

it.each([
  'GET /api/v1/namespaces/a/services/x:443/proxy/',
  'GET /api/v1/namespaces/a/services/https:x:443/proxy',
  'POST /api/v1/namespaces/a/pods/p:8080/proxy/admin',
  'GET /api/v1/proxy/namespaces/a/services/x/',
  'DELETE /api/v1/proxy/namespaces/a/pods/p/x',
])('threat 30: an agent that was not told to allow proxies refuses %s', async (line) => {
  const [method = '', path = ''] = line.split(' ');
  await using closed = await agentUnderTest({ allowProxy: false });
  expect(await closed.send({ method, path })).toMatchObject({ answer: 'refused', api: [] });
  await using open = await agentUnderTest({ allowProxy: true });
  expect((await open.send({ method, path })).api).toHaveLength(1);
});
