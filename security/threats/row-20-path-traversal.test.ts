import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentUnderTest, agentUnderTest, type Product, startProduct } from './harness.ts';

const tricks = [
  '/api/v1/namespaces/a%2f..%2fb/pods',
  '/api/v1/namespaces/a%2F..%2Fkube-system/secrets',
  '/api/v1/%2e%2e/secrets',
  '/api/v1/namespaces/a/../kube-system/secrets',
  '/api/v1/./secrets',
  '/api/%252e%252e/secrets',
  '//api/v1/secrets',
  '/api//v1/secrets',
  '/api/v1\\..\\secrets',
  '/api/v1/pods;x=1/secrets',
  '/api/v1/pods%3bx/secrets',
  '/api/v1/pods%00',
  '/api/v1/pods%0d%0aImpersonate-User:x',
  '/api/v1/pods%5c..',
  '/api/v1/pods%ff',
  '/api/v1/pods%c0%af',
  '/api/v1/pods%zz',
  '/api/v1/pods%3fwatch=1',
];

describe('threat 20: path traversal, sent to the agent by a gateway that was broken into', () => {
  let agent: AgentUnderTest;
  beforeAll(async () => {
    agent = await agentUnderTest();
  });
  afterAll(() => agent[Symbol.asyncDispose]());

  it.each(tricks)('threat 20: the agent refuses %s', async (path) => {
    expect(await agent.send({ path })).toMatchObject({ answer: 'refused', api: [] });
  });

  it('threat 20: the agent passes an honest path on as it is', async () => {
    const path = '/api/v1/namespaces/a/configmaps/a%20b?limit=5';
    const { answer, api } = await agent.send({ path });
    expect(answer).toBe(200);
    expect(api).toEqual([
      expect.stringMatching(/^GET \/api\/v1\/namespaces\/a\/configmaps\/a%20b\?limit=5 HTTP\/1\.1\r\n/),
    ]);
  });
});

describe('threat 20: path traversal through the whole product', () => {
  let product: Product;
  beforeAll(async () => {
    product = await startProduct();
  });
  afterAll(() => product[Symbol.asyncDispose]());

  it.each(tricks)('threat 20: %s gets a 400 and reaches nothing', async (path) => {
    expect(await product.ask(`GET ${path}`)).toMatchObject({ answer: 400, api: [] });
  });

  it('threat 20: an honest path gets through', async () => {
    expect(await product.ask('GET /api/v1/pods')).toMatchObject({ answer: 200, api: [expect.stringMatching(/^GET /)] });
  });
});
