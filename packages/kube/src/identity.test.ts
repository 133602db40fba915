import { describe, expect, it } from 'vitest';
import { checkIdentity, impersonate, impersonationHeaders } from './identity.ts';

describe('identity', () => {
  it('names a person and a level', () => {
    const identity = impersonate('ada@example.com', 'admin');
    expect(identity).toEqual({ user: 'postern:ada@example.com', groups: ['postern:admin'] });
    expect(checkIdentity(identity)).toBeUndefined();
  });

  it.each([
    ['', 'admin'],
    ['ada@example.com\r\nImpersonate-Group: system:masters', 'admin'],
    ['ada@example.com', 'system:masters'],
    ['ada@example.com', ''],
    ['ada@example.com', 'admin\n'],
    ['system:admin', 'admin'],
    ['ädä@example.com', 'admin'],
  ])('refuses to impersonate %j at %j', (email, level) => {
    expect(() => impersonate(email, level)).toThrow();
  });

  const good = { user: 'postern:ada@example.com', groups: ['postern:viewer'] };
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'postern:a'],
    ['no user', { groups: good.groups }],
    ['an empty user', { ...good, user: '' }],
    ['a system user', { ...good, user: 'system:admin' }],
    ['a bare prefix', { ...good, user: 'postern:' }],
    ['a user list', { ...good, user: ['postern:a', 'postern:b'] }],
    ['a line break', { ...good, user: 'postern:a\r\nx: y' }],
    ['no groups', { user: good.user }],
    ['empty groups', { ...good, groups: [] }],
    ['system:masters', { ...good, groups: ['postern:viewer', 'system:masters'] }],
    ['a joined group', { ...good, groups: ['postern:viewer,system:masters'] }],
    ['a group twice', { ...good, groups: ['postern:viewer', 'postern:viewer'] }],
    ['a group that is no text', { ...good, groups: [1] }],
    ['extra fields', { ...good, extra: { scopes: ['all'] } }],
  ])('refuses %s', (_, identity) => {
    expect(checkIdentity(identity)).toBeTypeOf('string');
  });

  it('gives each group its own header line', () => {
    expect(impersonationHeaders({ user: 'postern:a', groups: ['postern:viewer', 'postern:editor'] })).toEqual([
      ['impersonate-user', 'postern:a'],
      ['impersonate-group', 'postern:viewer'],
      ['impersonate-group', 'postern:editor'],
    ]);
  });
});
