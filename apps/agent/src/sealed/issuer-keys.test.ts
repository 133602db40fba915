import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from 'jose';
import { expect, it } from 'vitest';
import { issuerKeys } from './issuer-keys.ts';

interface Provider extends AsyncDisposable {
  issuer: string;
  asked: string[];
  /** What it serves: status and document for each path. */
  pages: Map<string, { status: number; document: unknown }>;
}

async function provider(): Promise<Provider> {
  const asked: string[] = [];
  const pages: Provider['pages'] = new Map();
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const { status, document } = pages.get(url) ?? { status: 404, document: {} };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  };
  return { issuer, asked, pages, [Symbol.asyncDispose]: close };
}

const configuration = '/.well-known/openid-configuration';

async function signed(kid: string): Promise<{ token: string; jwk: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const token = await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey);
  return { token, jwk: { ...(await exportJWK(publicKey)), kid } };
}

it('finds the keys by discovery, and fetches them once for many tokens', async () => {
  await using own = await provider();
  const { token, jwk } = await signed('a');
  own.pages.set(configuration, { status: 200, document: { issuer: own.issuer, jwks_uri: `${own.issuer}/keys` } });
  own.pages.set('/keys', { status: 200, document: { keys: [jwk] } });
  const keys = issuerKeys(own.issuer);
  await Promise.all([1, 2, 3].map(() => jwtVerify(token, keys)));
  expect(own.asked).toEqual([configuration, '/keys']);
});

it('tries again after a failed discovery', async () => {
  await using own = await provider();
  const { token, jwk } = await signed('a');
  const keys = issuerKeys(own.issuer);
  await expect(jwtVerify(token, keys)).rejects.toThrow('404');
  own.pages.set(configuration, { status: 200, document: { issuer: own.issuer, jwks_uri: `${own.issuer}/keys` } });
  own.pages.set('/keys', { status: 200, document: { keys: [jwk] } });
  await expect(jwtVerify(token, keys)).resolves.toBeDefined();
});

it.each<[string, (issuer: string) => unknown, RegExp]>([
  ['of another issuer', (issuer) => ({ issuer: `${issuer}/other`, jwks_uri: `${issuer}/keys` }), /another issuer/],
  ['without an issuer', (issuer) => ({ jwks_uri: `${issuer}/keys` }), /another issuer/],
  ['without keys', (issuer) => ({ issuer }), /names no keys/],
  ['with keys in a file', (issuer) => ({ issuer, jwks_uri: 'file:///etc/keys' }), /not served over https/],
])('refuses a configuration %s', async (_, document, reason) => {
  await using own = await provider();
  own.pages.set(configuration, { status: 200, document: document(own.issuer) });
  const { token } = await signed('a');
  await expect(jwtVerify(token, issuerKeys(own.issuer))).rejects.toThrow(reason);
  expect(own.asked).toEqual([configuration]);
});
