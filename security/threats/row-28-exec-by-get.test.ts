import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentUnderTest, agentUnderTest } from './harness.ts';

const upgrade: [string, string][] = [
  ['connection', 'Upgrade'],
  ['upgrade', 'websocket'],
];

describe('threat 28: exec by GET, and the proxies of nodes', () => {
  let readOnly: AgentUnderTest;
  let open: AgentUnderTest;
  beforeAll(async () => {
    readOnly = await agentUnderTest({ readOnly: true });
    open = await agentUnderTest({ allowProxy: true });
  });
  afterAll(async () => {
    await readOnly[Symbol.asyncDispose]();
    await open[Symbol.asyncDispose]();
  });

  it.each(['exec?command=sh', 'attach?stdin=1', 'portforward?ports=80'])(
    'threat 28: a read-only agent refuses GET %s, upgraded and plain',
    async (subresource) => {
      const path = `/api/v1/namespaces/a/pods/p/${subresource}`;
      expect(await readOnly.send({ kind: 'upgrade', path, headers: upgrade })).toMatchObject({
        answer: 'refused',
        api: [],
      });
      expect(await readOnly.send({ path })).toMatchObject({ answer: 'refused', api: [] });
    },
  );

  it.each([
    '/api/v1/nodes/n/proxy',
    '/api/v1/nodes/n/proxy/exec/a/p/c?command=sh',
    '/api/v1/nodes/n/proxy/run/a/p/c',
    '/api/v1/nodes/n:10250/proxy/pods',
    '/api/v1/nodes/https:n:10250/proxy/pods',
    '/api/v1/proxy/nodes/n/pods',
    '/api/v1/proxy/nodes/n/exec/a/p/c',
  ])('threat 28: the agent refuses %s with every method, whatever its operator allows', async (path) => {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      expect(await open.send({ method, path }), method).toMatchObject({ answer: 'refused', api: [] });
    }
    expect(await open.send({ kind: 'upgrade', path, headers: upgrade })).toMatchObject({ answer: 'refused', api: [] });
  });

  it('threat 28: a read-only agent still passes reads on', async () => {
    expect((await readOnly.send({ path: '/api/v1/namespaces/a/pods/p/log' })).api).toHaveLength(1);
  });
});
