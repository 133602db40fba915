import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentUnderTest, agentUnderTest, type Product, startProduct } from './harness.ts';

const headers: [string, string][] = [
  ['Impersonate-User', 'system:admin'],
  ['impersonate-user', 'alice'],
  ['IMPERSONATE-GROUP', 'system:masters'],
  ['Impersonate-Uid', '1'],
  ['Impersonate-Extra-Scopes', 'all'],
  ['iMpErSoNaTe-ExTrA-x%2fy', 'z'],
  ['Impersonate-Anything', ''],
  ['X-Remote-User', 'system:admin'],
  ['X-Remote-Group', 'system:masters'],
  ['X-Remote-Extra-Scopes', 'x'],
];

describe('threat 32: an identity that a client sends', () => {
  let agent: AgentUnderTest;
  let product: Product;
  beforeAll(async () => {
    agent = await agentUnderTest({ identities: { groups: { names: [], prefixes: [] }, impersonation: true } });
    product = await startProduct();
  });
  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
    await product[Symbol.asyncDispose]();
  });

  it.each(headers)(
    'threat 32: the agent refuses %s: %s from the tunnel, even if it allows impersonation',
    async (name, value) => {
      expect(await agent.send({ headers: [[name.toLowerCase(), value]] })).toMatchObject({
        answer: 'refused',
        api: [],
      });
    },
  );

  it.each(headers)('threat 32: the gateway refuses %s: %s', async (name, value) => {
    expect(await product.ask('GET /api/v1/pods', [[name, value]])).toMatchObject({ answer: 403, api: [] });
  });

  it('threat 32: the gateway refuses it twice', async () => {
    const twice: [string, string][] = [
      ['Impersonate-User', 'a'],
      ['Impersonate-User', 'b'],
    ];
    expect(await product.ask('GET /api/v1/pods', twice)).toMatchObject({ answer: 403, api: [] });
  });
});
