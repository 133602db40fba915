import { readAllowedGroups } from '@postern/kube';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentUnderTest, agentUnderTest } from './harness.ts';

const groups = ['postern:viewer'];
const impersonatedBy = 'postern:ada@example.com';

const forged: [
  string,
  { user: string; groups: string[]; impersonatedBy?: string; extra?: Record<string, string[]> },
][] = [
  ['system:admin', { user: 'system:admin', groups }],
  ['system:masters', { user: 'postern:ada@example.com', groups: ['system:masters'] }],
  ['system:masters after a level', { user: 'postern:ada@example.com', groups: ['postern:viewer', 'system:masters'] }],
  ['SYSTEM:masters', { user: 'postern:ada@example.com', groups: ['SYSTEM:masters'] }],
  ['system%3amasters', { user: 'postern:ada@example.com', groups: ['system%3amasters'] }],
  ['Cyrillic ѕystem:masters', { user: 'postern:ada@example.com', groups: ['ѕystem:masters'] }],
  ['full-width system：masters', { user: 'postern:ada@example.com', groups: ['system：masters'] }],
  ['a soft hyphen', { user: 'postern:ada@example.com', groups: ['sys\u00adtem:masters'] }],
  ['a blank before it', { user: 'postern:ada@example.com', groups: [' system:masters'] }],
  ['system:authenticated', { user: 'postern:ada@example.com', groups: ['system:authenticated'] }],
  ['a group joined by a comma', { user: 'postern:ada@example.com', groups: ['postern:viewer,system:masters'] }],
  ['a service account of the cluster', { user: 'system:serviceaccount:kube-system:default', groups }],
  ['a node', { user: 'system:node:node-1', groups }],
  ['postern:system:admin', { user: 'postern:system:admin', groups }],
  ['system:admin by impersonation', { user: 'system:admin', groups, impersonatedBy }],
  ['System:admin by impersonation', { user: 'System:admin', groups, impersonatedBy }],
  ['%73ystem:admin by impersonation', { user: '%73ystem:admin', groups, impersonatedBy }],
  ['system:masters by impersonation', { user: 'bob', groups: ['system:masters'], impersonatedBy }],
  ['bob by nobody', { user: 'bob', groups }],
  ['bob by the system', { user: 'bob', groups, impersonatedBy: 'system:admin' }],
  [
    'extra fields',
    { user: 'postern:ada@example.com', groups, extra: { 'authentication.kubernetes.io/node-name': ['n'] } },
  ],
  ['65 groups', { user: 'postern:ada@example.com', groups: Array.from({ length: 65 }, (_, n) => `oidc:${n}`) }],
  ['a group that nobody allowed', { user: 'postern:ada@example.com', groups: ['cluster-admins'] }],
];

describe('threat 35: system identities in a forged frame', () => {
  let strict: AgentUnderTest;
  let lenient: AgentUnderTest;
  beforeAll(async () => {
    strict = await agentUnderTest();
    const allowed = readAllowedGroups(['oidc:*', 'a*', 'ops']).groups;
    if (allowed === undefined) throw new Error('the groups of this test are not valid');
    lenient = await agentUnderTest({ identities: { groups: allowed, impersonation: true } });
  });
  afterAll(async () => {
    await strict[Symbol.asyncDispose]();
    await lenient[Symbol.asyncDispose]();
  });

  it.each(forged)('threat 35: every agent refuses %s', async (_what, identity) => {
    expect(await strict.send({ identity })).toMatchObject({ answer: 'refused', api: [] });
    expect(await lenient.send({ identity })).toMatchObject({ answer: 'refused', api: [] });
  });

  it('threat 35: bob reaches the apiserver only if the operator allows it and somebody is behind him', async () => {
    const identity = { user: 'bob', groups: ['oidc:devs'], impersonatedBy };
    expect(await strict.send({ identity })).toMatchObject({ answer: 'refused', api: [] });
    const { api } = await lenient.send({ identity });
    expect(api).toEqual([expect.stringMatching(/^impersonate-user: bob\r$/im)]);
    // The apiserver would take it for another identity; who it is stands in our own records.
    expect(api[0]).not.toContain(impersonatedBy);
  });

  it.each(['system:masters', 'system:*', 's*', '*', 'SYSTEM:x', 'system%3amasters', 'postern:admin', 'postern:*'])(
    'threat 35: no operator can allow %s',
    (entry) => {
      expect(readAllowedGroups([entry]).groups).toBeUndefined();
    },
  );
});
