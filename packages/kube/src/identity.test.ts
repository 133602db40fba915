import { describe, expect, it } from 'vitest';
import { readAllowedGroups } from './groups.ts';
import { checkIdentity, type IdentityRules, impersonate, impersonationHeaders } from './identity.ts';

const notAllowed = 'a group is not one that this agent allows (--allow-groups)';

describe('identity', () => {
  it('names an account and its groups', () => {
    const identity = impersonate('ada@example.com', ['postern:admin']);
    expect(identity).toEqual({ user: 'postern:ada@example.com', groups: ['postern:admin'] });
    expect(checkIdentity(identity)).toBeUndefined();
  });

  it.each([
    ['', 'postern:admin'],
    ['ada@example.com\r\nImpersonate-Group: system:masters', 'postern:admin'],
    ['ada@example.com', 'system:masters'],
    ['ada@example.com', ''],
    ['ada@example.com', 'postern:admin\n'],
    ['system:admin', 'postern:admin'],
    ['ädä@example.com', 'postern:admin'],
  ])('refuses to impersonate %j in %j', (email, group) => {
    expect(() => impersonate(email, [group])).toThrow();
  });

  const good = { user: 'postern:ada@example.com', groups: ['postern:viewer'] };
  it.each([
    ['nothing', undefined, 'there is no identity'],
    ['null', null, 'there is no identity'],
    ['text', 'postern:a', 'there is no identity'],
    ['no user', { groups: good.groups }, 'there is no user'],
    ['an empty user', { ...good, user: '' }, 'there is no user'],
    ['a system user', { ...good, user: 'system:admin' }, 'the user looks like one of the system'],
    ['a bare prefix', { ...good, user: 'postern:' }, 'the user is not one of Postern'],
    ['a prefix that is not at the start', { ...good, user: 'admin-postern:a' }, 'the user is not one of Postern'],
    [
      'a user that looks like a system user',
      { ...good, user: 'postern:system:a' },
      'the user looks like one of the system',
    ],
    ['a user list', { ...good, user: ['postern:a', 'postern:b'] }, 'there is no user'],
    ['a line break', { ...good, user: 'postern:a\r\nx: y' }, 'the user is not one of Postern'],
    ['a user too long', { ...good, user: `postern:${'a'.repeat(321)}` }, 'the user is not one of Postern'],
    ['no groups', { user: good.user }, 'there is no group'],
    ['empty groups', { ...good, groups: [] }, 'there is no group'],
    [
      'system:masters',
      { ...good, groups: ['postern:viewer', 'system:masters'] },
      'a group looks like one of the system',
    ],
    ['a joined group', { ...good, groups: ['postern:viewer,system:masters'] }, notAllowed],
    ['65 groups', { ...good, groups: Array.from({ length: 65 }, (_, n) => `g${n}`) }, 'there are more than 64 groups'],
    ['a group twice', { ...good, groups: ['postern:viewer', 'postern:viewer'] }, 'a group is named twice'],
    ['a group that is not a string', { ...good, groups: [1] }, 'a group is not a name'],
    ['extra fields', { ...good, extra: { scopes: ['all'] } }, 'extra fields are not allowed'],
    ['null for extra fields', { ...good, extra: null }, 'extra fields are not allowed'],
    ['text for extra fields', { ...good, extra: '' }, 'extra fields are not allowed'],
  ])('refuses %s', (_, identity, why) => {
    expect(checkIdentity(identity)).toBe(why);
  });

  it.each(['viewer', 'editor', 'admin'])('accepts the level %s', (level) => {
    expect(checkIdentity({ ...good, groups: [`postern:${level}`] })).toBeUndefined();
  });

  it('accepts an empty object of extra fields', () => {
    expect(checkIdentity({ ...good, extra: {} })).toBeUndefined();
  });

  it('gives each group its own header line', () => {
    expect(impersonationHeaders({ user: 'postern:a', groups: ['postern:viewer', 'postern:editor'] })).toEqual([
      ['impersonate-user', 'postern:a'],
      ['impersonate-group', 'postern:viewer'],
      ['impersonate-group', 'postern:editor'],
    ]);
  });
});

function rules(groups: string[], impersonation = false): IdentityRules {
  const read = readAllowedGroups(groups);
  if (read.groups === undefined) throw new Error(read.refused);
  return { groups: read.groups, impersonation };
}

it('names the groups of an account, which the operator of the agent must allow', () => {
  const identity = impersonate('ada@example.com', ['postern:viewer', 'oidc:devs', 'postern:team:payments']);
  expect(checkIdentity(identity)).toBe(notAllowed);
  expect(checkIdentity(identity, rules(['oidc:devs', 'postern:team:*']))).toBeUndefined();
  expect(() => impersonate('ada@example.com', ['postern:root'])).toThrow();
});

describe('groups that the operator allows', () => {
  const withGroup = (group: string) => ({ user: 'postern:ada@example.com', groups: ['postern:viewer', group] });

  it.each([
    ['oidc:devs', ['oidc:devs']],
    ['oidc:devs', ['oidc:*']],
    ['postern:team:payments', ['postern:team:payments']],
    ['postern:team:payments', ['postern:team:*']],
  ])('accept %s if %j are allowed, and not otherwise', (group, allowed) => {
    expect(checkIdentity(withGroup(group), rules(allowed))).toBeUndefined();
    expect(checkIdentity(withGroup(group))).toBe(notAllowed);
  });

  it.each([
    ['oidc:devs2', ['oidc:devs']],
    ['OIDC:devs', ['oidc:*']],
    ['xoidc:devs', ['oidc:*']],
    ['oidc:devs,ops', ['oidc:devs', 'ops']],
    ['oidc:dévs', ['oidc:*']],
    ['oidc:a b', ['oidc:*']],
    ['postern:team:Payments', ['postern:team:*']],
    ['postern:team:a:b', ['postern:team:*']],
    ['postern:root', ['p*']],
    ['', ['oidc:*']],
  ])('do not accept %j if %j are allowed', (group, allowed) => {
    expect(checkIdentity(withGroup(group), rules(allowed))).toBe(notAllowed);
  });

  it.each([
    'system:masters',
    'SYSTEM:masters',
    'System:Masters',
    'system%3Amasters',
    '%73ystem:masters',
    'system%253amasters',
    's*',
    'system:*',
    'sys*',
    '*',
    'system',
    'postern:system:masters',
    'postern:team:system:x',
    'postern:admin',
    'postern:*',
    'a,b',
    'a b',
    'ѕystem:masters',
    'a\u0000',
    'a*b',
    '',
  ])('can never be %j', (entry) => {
    expect(readAllowedGroups([entry]).refused).toEqual(expect.any(String));
  });

  it('are at most 64', () => {
    const entries = (length: number) => Array.from({ length }, (_, index) => `group-${index}`);
    expect(readAllowedGroups(entries(64)).groups?.names).toHaveLength(64);
    expect(readAllowedGroups(entries(65)).refused).toMatch(/64/);
  });
});

describe('users', () => {
  const as = (user: string, more: object = {}) => ({ user, groups: ['postern:viewer'], ...more });

  it.each(['postern:service-account:ci', 'postern:service-account:a-1', 'postern:ada@example.com', 'postern:agent'])(
    'can be %s',
    (user) => {
      expect(checkIdentity(as(user))).toBeUndefined();
    },
  );

  it.each([
    'postern:service-account:',
    'postern:service-account:-a',
    'postern:service-account:A',
    'postern:service-account:a:b',
    `postern:service-account:${'a'.repeat(64)}`,
    'postern:Service-Account:a',
    'postern:team:a',
    'postern:service-account:ci@example.com',
    'Postern:ada@example.com',
    'postern：ada@example.com',
    'postern:service-account:system:x',
    'postern:%73ystem:admin',
    'postern:SYSTEM:admin',
    'ada',
  ])('cannot be %s', (user) => {
    expect(checkIdentity(as(user))).toEqual(expect.any(String));
  });

  describe('that are somebody else', () => {
    const by = { impersonatedBy: 'postern:ada@example.com' };
    const allowed = rules(['oidc:devs'], true);

    it('are accepted with the person behind them, if the operator allows it', () => {
      expect(checkIdentity(as('bob', by), allowed)).toBeUndefined();
      expect(checkIdentity(as('postern:bob@example.com', by), allowed)).toBeUndefined();
      expect(checkIdentity({ user: 'bob', groups: [], ...by }, allowed)).toBeUndefined();
      expect(checkIdentity({ user: 'bob', groups: ['oidc:devs'], ...by }, allowed)).toBeUndefined();
    });

    it.each<[string, object, IdentityRules]>([
      ['the operator does not', as('bob', by), rules([])],
      ['the operator does not, even for one of Postern', as('postern:bob@example.com', by), rules([])],
      ['nobody is behind them', as('bob'), allowed],
      ['it is empty who is', as('bob', { impersonatedBy: '' }), allowed],
      ['a stranger is', as('bob', { impersonatedBy: 'ada' }), allowed],
      ['the system is', as('bob', { impersonatedBy: 'postern:system:admin' }), allowed],
      ['two are', as('bob', { impersonatedBy: ['postern:a', 'postern:b'] }), allowed],
      ['they are of the system', as('system:admin', by), allowed],
      ['they are service accounts', as('system:serviceaccount:kube-system:default', by), allowed],
      ['they are the system in capitals', as('SYSTEM:admin', by), allowed],
      ['they are the system in percent', as('%2573ystem:admin', by), allowed],
      ['they have a line break', as('bob\r\nimpersonate-group: system:masters', by), allowed],
      ['they look like Postern’s', as('POSTERN:ada@example.com', by), allowed],
      ['their group is not allowed', { user: 'bob', groups: ['ops'], ...by }, allowed],
    ])('are refused if %s', (_why, identity, given) => {
      expect(checkIdentity(identity, given)).toEqual(expect.any(String));
    });
  });
});
