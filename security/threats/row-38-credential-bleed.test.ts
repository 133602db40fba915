import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentUnderTest, agentUnderTest, type Product, startProduct, valuesOf } from './harness.ts';

const canary = 'canary-6f1d';

describe('threat 38: credentials that pass from one side to the other', () => {
  let agent: AgentUnderTest;
  let product: Product;
  beforeAll(async () => {
    agent = await agentUnderTest();
    const echo =
      'HTTP/1.1 200 OK\r\nset-cookie: a=canary-6f1d\r\nwww-authenticate: Bearer canary-6f1d\r\nx-token: canary-6f1d\r\ncontent-length: 2\r\n\r\n{}';
    product = await startProduct({ answer: echo });
  });
  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
    await product[Symbol.asyncDispose]();
  });

  it.each(['authorization', 'cookie', 'proxy-authorization'])(
    'threat 38: the agent takes no %s from the tunnel',
    async (name) => {
      expect(await agent.send({ headers: [[name, `Bearer ${canary}`]] })).toMatchObject({ answer: 'refused', api: [] });
    },
  );

  it("threat 38: the apiserver gets the agent's own credential, once, and nothing of the client's", async () => {
    const { api } = await product.ask('GET /api/v1/pods', [
      ['Cookie', `theme=${canary}`],
      ['X-Api-Key', canary],
      ['Proxy-Authorization', `Basic ${canary}`],
      ['X-Forwarded-For', canary],
    ]);
    for (const head of api) {
      expect(valuesOf(head, 'authorization')).toEqual(['Bearer agent-credential']);
      expect(head).not.toContain(canary);
      expect(head).not.toContain(product.owner.token);
    }
  });

  it("threat 38: the client gets neither the apiserver's cookies nor the agent's credential", async () => {
    const { answer, text, api } = await product.ask('GET /api/v1/pods');
    expect(answer).toBe(200);
    expect(api).toHaveLength(1);
    expect(text).not.toContain(canary);
    expect(text).not.toContain('agent-credential');
  });

  it('threat 38: a token in a WebSocket subprotocol is removed', async () => {
    const { api } = await agent.send({
      kind: 'upgrade',
      path: '/api/v1/namespaces/a/pods/p/exec?command=sh',
      headers: [
        ['upgrade', 'websocket'],
        ['sec-websocket-protocol', `v5.channel.k8s.io, base64url.bearer.authorization.k8s.io.${canary}`],
      ],
    });
    expect(api).toHaveLength(1);
    expect(api[0]).not.toContain(canary);
  });
});
