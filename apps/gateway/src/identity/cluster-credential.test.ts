import { expect, it } from 'vitest';
import { looksLikeClusterCredential } from './cluster-credential.ts';

const base64url = (text: string): string => Buffer.from(text).toString('base64url');
/** A JSON Web Token with these claims, signed by nobody. */
const unsigned = (claims: string): string => `${base64url('{}')}.${base64url(claims)}.x`;
const access = unsigned('{"aud":"postern-access","sub":"ada"}');

it.each<[string, boolean, string | undefined]>([
  ['no Authorization header', false, undefined],
  ['a password', false, 'Basic YTpi'],
  ['the token of a kubeconfig', true, 'Bearer postern_kube_x'],
  ['an API token', false, 'Bearer postern_x'],
  ['a join token', false, 'Bearer postern_join_x'],
  ['the prefix of a kubeconfig at the end', false, 'Bearer postern_x_postern_kube_'],
  ['a credential of the exec plugin', true, `Bearer ${access}`],
  ['the token of a browser', false, `Bearer ${unsigned('{"aud":"postern-browser"}')}`],
  ['a token without an audience', false, `Bearer ${unsigned('{}')}`],
  ['claims that are not JSON', false, `Bearer ${unsigned('{')}`],
  ['no claims', false, 'Bearer x'],
  ['no signature', false, `Bearer ${access.split('.').slice(0, 2).join('.')}`],
  ['a fourth part', false, `Bearer ${access}.x`],
])('with %s, a request looks like one with a credential for one cluster: %s', (_, expected, authorization) => {
  expect(looksLikeClusterCredential(authorization === undefined ? {} : { authorization })).toBe(expected);
});
