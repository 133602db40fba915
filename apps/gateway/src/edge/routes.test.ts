import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeSecret } from '../identity/bearer-secret.ts';
import { ownerOf, ownerOfRequest } from './routes.ts';

const token = (prefix: 'postern' | 'postern_kube' | 'postern_join'): string => makeSecret().text(prefix, randomUUID());
const webToken = (claims: object): string =>
  `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
const forOneCluster = [token('postern_kube'), webToken({ aud: 'postern-access', sub: 'x' })];
const others = [
  token('postern'),
  token('postern_join'),
  webToken({ aud: 'postern-browser' }),
  webToken({ aud: ['postern-access'] }),
  webToken({}),
  'x',
  'a.b',
  'a.b.c',
  'a.b.c.d',
  `x.${Buffer.from('null').toString('base64url')}.x`,
  'POSTERN_KUBE_x',
];

const owned = (url: string, authorization?: string) =>
  ownerOfRequest({ url, headers: authorization === undefined ? {} : { authorization } });

const path = fc.oneof(
  fc.webPath().map((text) => (text.startsWith('/') ? text : `/${text}`)),
  fc.string({ unit: 'binary' }).map((text) => `/${text}`),
  fc.constantFrom(
    '/',
    '/api',
    '/api/',
    '/api/v1',
    '/api/v1/tokens',
    '/api/v1/organizations/acme/tokens',
    '/api/v1/auth/me',
    '/api/docs',
    '/apis/apps/v1/deployments',
    '/healthz',
    '/readyz',
    '/install.yaml',
    '/version',
    '/openapi/v3',
    '/sign-in',
    '/_next/static/x.js',
    '/api/v1/pods?watch=1',
    '/API/v1',
    '//api/v1',
    '/k8sx',
    '/tunnel/x',
    '/socket.io',
  ),
);

describe('ownerOfRequest', () => {
  it('never gives a credential for one cluster to the API or the dashboard', () => {
    fc.assert(
      fc.property(
        path,
        fc.constantFrom(...forOneCluster),
        fc.constantFrom('Bearer ', 'bearer ', 'BEARER   '),
        (url, text, scheme) => {
          expect(['kube', 'tunnel', 'live']).toContain(owned(url, `${scheme}${text}`));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('goes by the path alone for other credentials, and for the paths of our own streams', () => {
    const authorization = fc.oneof(
      fc.constantFrom(...others).map((text) => `Bearer ${text}`),
      fc.constantFrom(...forOneCluster).map((text) => `Basic ${text}`),
      fc.constantFrom(...forOneCluster).map((text) => `Bearer ${text} x`),
      fc.string(),
      fc.constant(undefined),
    );
    fc.assert(
      fc.property(path, authorization, (url, text) => {
        expect(owned(url, text)).toBe(ownerOf(url));
      }),
      { numRuns: 2_000 },
    );
    for (const text of forOneCluster) {
      for (const url of ['/tunnel', '/tunnel?x', '/socket.io/', '/socket.io/?EIO=4', '/k8s', '/k8s/acme/prod/api']) {
        expect(owned(url, `Bearer ${text}`)).toBe(ownerOf(url));
      }
    }
  });

  it('finds no owner for a target that is not a path, whatever the credential', () => {
    for (const url of ['*', '', 'http://x/api', 'x:443']) {
      for (const text of forOneCluster) expect(owned(url, `Bearer ${text}`)).toBeNull();
    }
  });

  it('never throws, whatever the header says', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.base64String().map((text) => `Bearer a.${text}.b`),
      fc.jsonValue().map((value) => `Bearer ${webToken(value as object)}`),
    );
    fc.assert(fc.property(anything, (text) => void owned('/api/v1', text)));
  });
});
