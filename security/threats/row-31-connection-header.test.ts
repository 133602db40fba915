import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentUnderTest, agentUnderTest, type Product, startProduct, valuesOf } from './harness.ts';

const named = [
  'Impersonate-User',
  'close, impersonate-group',
  'Impersonate-Extra-Scopes, Impersonate-Uid',
  'keep-alive,\timpersonate-user',
  'IMPERSONATE_USER',
];

describe('threat 31: a Connection header that would remove the identity', () => {
  let agent: AgentUnderTest;
  let product: Product;
  beforeAll(async () => {
    agent = await agentUnderTest();
    product = await startProduct();
  });
  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
    await product[Symbol.asyncDispose]();
  });

  it.each(named)('threat 31: the agent refuses Connection: %j', async (value) => {
    expect(await agent.send({ headers: [['connection', value]] })).toMatchObject({ answer: 'refused', api: [] });
  });

  it.each(named)('threat 31: the gateway refuses Connection: %j', async (value) => {
    const { answer, api } = await product.ask('GET /api/v1/pods', [['Connection', value]]);
    expect([400, 403]).toContain(answer);
    expect(api).toEqual([]);
  });

  it('threat 31: after an honest Connection header the apiserver gets exactly the identity', async () => {
    const { answer, api } = await product.ask('GET /api/v1/pods', [
      ['Connection', 'close, x-anything'],
      ['X-Anything', '1'],
    ]);
    expect(answer).toBe(200);
    expect(valuesOf(api[0] ?? '', 'impersonate-user')).toEqual([`postern:${product.owner.email}`]);
    expect(valuesOf(api[0] ?? '', 'impersonate-group')).toEqual(['postern:admin']);
    expect(api[0]).not.toMatch(/x-anything/i);
  });
});
