import { describe, expect, it } from 'vitest';
import { enforced, readPolicy } from './policy-options.ts';
import { UserError } from './user-error.ts';

const closed = {
  readOnly: false,
  allowedGroups: [],
  allowImpersonation: false,
  namespaces: null,
  allowProxy: false,
};

describe('the policy', () => {
  it('allows no groups, impersonation or proxies by default', () => {
    expect(readPolicy({}, {})).toEqual(closed);
  });

  it('is read from options and from variables alike', () => {
    const all = {
      readOnly: true,
      allowedGroups: ['oidc:devs', 'ops-*'],
      allowImpersonation: true,
      namespaces: ['shop', 'web'],
      allowProxy: true,
    };
    const lists = { allowGroups: ' oidc:devs, ops-*,oidc:devs', namespaces: 'shop,web,' };
    expect(readPolicy({ ...lists, readOnly: true, allowImpersonation: true, allowProxy: true }, {})).toEqual(all);
    const env = {
      POSTERN_READ_ONLY: 'true',
      POSTERN_ALLOWED_GROUPS: lists.allowGroups,
      POSTERN_ALLOW_IMPERSONATION: 'true',
      POSTERN_ALLOWED_NAMESPACES: lists.namespaces,
      POSTERN_ALLOW_PROXY: 'true',
    };
    expect(readPolicy({}, env)).toEqual(all);
    expect(enforced(all)).toEqual({
      readOnly: true,
      identities: { groups: { names: ['oidc:devs'], prefixes: ['ops-'] }, impersonation: true },
      namespaces: new Set(['shop', 'web']),
      allowProxy: true,
    });
  });

  it.each([
    { POSTERN_READ_ONLY: 'yes' },
    { POSTERN_READ_ONLY: '1' },
    { POSTERN_ALLOW_PROXY: 'TRUE' },
    { POSTERN_ALLOW_IMPERSONATION: 'on' },
    { POSTERN_ALLOWED_GROUPS: 'a,system:masters' },
    { POSTERN_ALLOWED_NAMESPACES: ',' },
    { POSTERN_ALLOWED_NAMESPACES: 'Shop' },
    { POSTERN_ALLOWED_NAMESPACES: 'shop*' },
    { POSTERN_ALLOWED_NAMESPACES: '../kube-system' },
  ])('is an error rather than something else if it is not understood: %j', (env) => {
    expect(() => readPolicy({}, env)).toThrow(UserError);
  });

  it('is not "no limit" if the list of namespaces is empty', () => {
    expect(() => readPolicy({ namespaces: '' }, {})).toThrow(UserError);
  });
});
