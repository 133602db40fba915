import { describe, expect, it } from 'vitest';
import { checkIdentity, impersonate, impersonationHeaders } from './identity.ts';

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
    ['a system user', { ...good, user: 'system:admin' }, 'the user is not one of Postern'],
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
    ['system:masters', { ...good, groups: ['postern:viewer', 'system:masters'] }, 'a group is not known'],
    ['a joined group', { ...good, groups: ['postern:viewer,system:masters'] }, 'a group is not known'],
    ['a group twice', { ...good, groups: ['postern:viewer', 'postern:viewer'] }, 'a group is named twice'],
    ['a group that is not a string', { ...good, groups: [1] }, 'a group is not known'],
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
