import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentUnderTest, agentUnderTest, type Product, startProduct } from './harness.ts';

describe('threat 33: names and values that another parser reads as an identity', () => {
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

  it.each<[string, string]>([
    ['impersonate_user', 'system:admin'],
    ['impersonate_group', 'system:masters'],
    ['x_remote_user', 'system:admin'],
    ['x-remote_user', 'system:admin'],
  ])('threat 33: the agent refuses %s: %s', async (name, value) => {
    expect(await agent.send({ headers: [[name, value]] })).toMatchObject({ answer: 'refused', api: [] });
  });

  it.each<[string, string]>([
    ['accept', 'a\r\nImpersonate-User: system:admin'],
    ['accept', 'a\nimpersonate-user: system:admin'],
    ['user-agent', 'a\rimpersonate-user: system:admin'],
    ['accept', 'a\0b'],
    ['accept: x\r\nimpersonate-user', 'system:admin'],
    ['accept ', 'x'],
  ])('threat 33: no frame carries the header %j: %j', async (name, value) => {
    const { answer, api } = await agent.send({ headers: [[name, value]] });
    expect(answer).not.toBe(200);
    expect(api).toEqual([]);
  });

  it.each([
    'Impersonate_User: system:admin',
    'impersonate_group: system:masters',
    'X_Remote_User: system:admin',
    'Accept: a\rImpersonate-User: system:admin',
    'Impersonate-User : system:admin',
    'Accept: a\r\n Impersonate-User: system:admin',
    'Accept: a\0',
  ])('threat 33: the line %j gets no identity to the apiserver', async (line) => {
    const { owner, cluster, gateway } = product;
    const { answer, api } = await product.raw(
      `GET ${cluster}/api/v1/pods HTTP/1.1\r\nHost: localhost:${gateway.port}\r\nAuthorization: Bearer ${owner.token}\r\nConnection: close\r\n${line}\r\n\r\n`,
    );
    expect([400, 403]).toContain(answer);
    expect(api).toEqual([]);
  });
});
