import { readAllowedGroups } from '@postern/kube';
import { describe, expect, it } from 'vitest';
import { agentUnderTest, valuesOf } from './harness.ts';

const allowed = readAllowedGroups(['oidc:*']).groups ?? { names: [], prefixes: [] };
const identities = { groups: allowed, impersonation: false };
const user = 'postern:ada@example.com';

describe('threat 37: groups joined into one header line', () => {
  it.each([
    [['postern:viewer', 'postern:editor']],
    [['postern:viewer', 'oidc:a', 'oidc:b', 'oidc:c']],
    [['postern:viewer', 'oidc:a,b', 'oidc:c']],
    [Array.from({ length: 64 }, (_, index) => `oidc:${index}`)],
  ])('threat 37: the apiserver sees each group on a line of its own: %j', async (groups) => {
    await using agent = await agentUnderTest({ identities });
    const { answer, api } = await agent.send({ identity: { user, groups } });
    expect(answer).toBe(200);
    expect(valuesOf(api[0] ?? '', 'impersonate-group')).toEqual(groups);
  });

  it('threat 37: on an upgrade too', async () => {
    await using agent = await agentUnderTest({ identities });
    const groups = ['postern:viewer', 'oidc:a,b', 'oidc:c'];
    const { api } = await agent.send({
      kind: 'upgrade',
      path: '/api/v1/namespaces/a/pods/p/exec?command=sh',
      headers: [['upgrade', 'websocket']],
      identity: { user, groups },
    });
    expect(valuesOf(api[0] ?? '', 'impersonate-group')).toEqual(groups);
  });
});
