import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentUnderTest, agentUnderTest, type Product, startProduct } from './harness.ts';

const exec = '/api/v1/namespaces/a/pods/p/exec?command=sh';
const upgrade = (...names: string[]): [string, string][] => [
  ['connection', 'Upgrade'],
  ...names.map((name): [string, string] => ['upgrade', name]),
];

describe('threat 25: odd upgrades', () => {
  let agent: AgentUnderTest;
  beforeAll(async () => {
    agent = await agentUnderTest();
  });
  afterAll(() => agent[Symbol.asyncDispose]());

  it.each<[string, string, string, [string, string][]]>([
    ['h2c', 'POST', exec, upgrade('h2c')],
    ['SPDY/3', 'POST', exec, upgrade('SPDY/3')],
    ['SPDY/2', 'POST', exec, upgrade('SPDY/2')],
    ['TLS/1.0', 'GET', exec, upgrade('TLS/1.0')],
    ['a list', 'GET', exec, upgrade('websocket, h2c')],
    ['two lines', 'GET', exec, upgrade('websocket', 'SPDY/3.1')],
    ['nothing', 'GET', exec, upgrade('')],
    ['no line', 'GET', exec, []],
    ['websocket on a plain list', 'GET', '/api/v1/namespaces/a/secrets', upgrade('websocket')],
    ['websocket on discovery', 'GET', '/api', upgrade('websocket')],
    ['SPDY on a watch', 'GET', '/api/v1/pods?watch=1', upgrade('SPDY/3.1')],
    ['SPDY on a service’s proxy', 'POST', '/api/v1/namespaces/a/services/s/proxy/', upgrade('SPDY/3.1')],
    ['websocket on a node’s proxy', 'GET', '/api/v1/nodes/n/proxy/exec/a/p/c', upgrade('websocket')],
    ['websocket by DELETE', 'DELETE', exec, upgrade('websocket')],
  ])('threat 25: the agent refuses an upgrade to %s', async (_what, method, path, headers) => {
    expect(await agent.send({ kind: 'upgrade', method, path, headers })).toMatchObject({ answer: 'refused', api: [] });
  });

  it('threat 25: the agent sends SPDY/3.1 for an exec, with one line each', async () => {
    const { api } = await agent.send({ kind: 'upgrade', method: 'POST', path: exec, headers: upgrade('spdy/3.1') });
    expect(api[0]?.match(/^upgrade: .*$/gim)).toEqual([expect.stringMatching(/: SPDY\/3\.1$/)]);
    expect(api).toHaveLength(1);
  });
});

describe('threat 25: odd upgrades through the whole product', () => {
  let product: Product;
  beforeAll(async () => {
    product = await startProduct();
  });
  afterAll(() => product[Symbol.asyncDispose]());

  it.each([
    ['h2c', `POST ${exec}`],
    ['h2c', 'GET /api/v1/pods'],
    ['websocket', 'GET /api/v1/namespaces/a/secrets'],
    ['SPDY/3.1', 'GET /api/v1/pods?watch=1'],
    ['websocket, h2c', `GET ${exec}`],
  ])('threat 25: Upgrade: %s on %s gets a 400 and reaches nothing', async (name, line) => {
    expect(await product.ask(line, upgrade(name))).toMatchObject({ answer: 400, api: [] });
  });
});
