import { expect, it } from 'vitest';
import { looksLikeClusterCredential } from './cluster-credential.ts';

const base64url = (text: string): string => Buffer.from(text).toString('base64url');
/** A JSON Web Token with these claims, signed by nobody. */
const unsigned = (claims: string): string => `${base64url('{}')}.${base64url(claims)}.x`;
const access = unsigned('{"aud":"postern-access","sub":"ada"}');

it.each<[string, string | undefined, boolean]>([
  ['no Authorization header', undefined, false],
  ['a password', 'Basic YTpi', false],
  ['the token of a kubeconfig', 'Bearer postern_kube_x', true],
  ['an API token', 'Bearer postern_x', false],
  ['a join token', 'Bearer postern_join_x', false],
  ['the prefix of a kubeconfig at the end', 'Bearer postern_x_postern_kube_', false],
  ['a credential of the exec plugin', `Bearer ${access}`, true],
  ['the token of a browser', `Bearer ${unsigned('{"aud":"postern-browser"}')}`, false],
  ['a token without an audience', `Bearer ${unsigned('{}')}`, false],
  ['claims that are not JSON', `Bearer ${unsigned('{')}`, false],
  ['no claims', 'Bearer x', false],
  ['no signature', `Bearer ${access.split('.').slice(0, 2).join('.')}`, false],
  ['a fourth part', `Bearer ${access}.x`, false],
])('recognizes a credential for one cluster: with %s (%s), the answer is %s', (_, authorization, expected) => {
  expect(looksLikeClusterCredential(authorization === undefined ? {} : { authorization })).toBe(expected);
});
