import type { Identity } from '@postern/tunnel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentUnderTest, agentUnderTest } from './harness.ts';

/** Not exactly one user, or no level: what a gateway sends whose lookup failed. */
const broken: [string, unknown][] = [
  ['no identity', undefined],
  ['null', null],
  ['an empty object', {}],
  ['an empty user', { user: '', groups: ['postern:admin'] }],
  ['a user of blanks', { user: '   ', groups: ['postern:admin'] }],
  ['only the prefix', { user: 'postern:', groups: ['postern:admin'] }],
  ['two users', { user: ['postern:a@example.com', 'postern:b@example.com'], groups: ['postern:admin'] }],
  ['no groups', { user: 'postern:a@example.com' }],
  ['empty groups', { user: 'postern:a@example.com', groups: [] }],
  ['an empty group', { user: 'postern:a@example.com', groups: [''] }],
  ['the word undefined', { user: 'undefined', groups: ['postern:admin'] }],
];

describe('threat 34: failing open', () => {
  let agent: AgentUnderTest;
  beforeAll(async () => {
    agent = await agentUnderTest();
  });
  afterAll(() => agent[Symbol.asyncDispose]());

  it.each(broken)('threat 34: with %s nothing reaches the apiserver', async (_what, identity) => {
    const { answer, api } = await agent.send({ identity: identity as Identity });
    expect(answer).toEqual(expect.any(String));
    expect(api).toEqual([]);
  });

  it('threat 34: the agent never sends a request without an identity, because that would be its own', async () => {
    const { api } = await agent.send({});
    expect(api[0]?.match(/^impersonate-user: /gim)).toHaveLength(1);
  });
});
