import { createHash, randomUUID } from 'node:crypto';
import type { HeaderPairs, IdentityRules } from '@postern/kube';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  SignJWT,
} from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { ReplayCache } from './replay-cache.ts';
import { proofTarget, type Seal, SealedIdentity, type SealedRequest } from './sealed-identity.ts';

const now = 1_800_000_000;
const path = '/api/v1/namespaces/demo/pods/web/exec?command=id&stdout=true';
const seal: Seal = {
  clusterId: '5f0c1f3e-0000-4000-8000-000000000001',
  issuer: 'https://login.example.com',
  audience: 'postern-cli',
  userClaim: 'email',
  groupsClaim: 'groups',
};
const rules: IdentityRules = { groups: { names: ['postern:team:payments'], prefixes: [] }, impersonation: false };

interface Signer {
  privateKey: CryptoKey;
  jwk: JWK;
}
let provider: Signer;
let providerEd: Signer;
let stranger: Signer;
let device: Signer;
let otherDevice: Signer;
let thumbprint: string;

async function signer(algorithm: string): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return { privateKey, jwk: await exportJWK(publicKey) };
}

beforeAll(async () => {
  provider = await signer('ES256');
  providerEd = await signer('EdDSA');
  stranger = await signer('ES256');
  device = await signer('ES256');
  otherDevice = await signer('ES256');
  thumbprint = await calculateJwkThumbprint(device.jwk);
});

type Claims = Record<string, unknown>;
type Header = Partial<JWTHeaderParameters> & Claims;

const sign = (claims: Claims, header: Header, key: CryptoKey | Uint8Array): Promise<string> =>
  new SignJWT(claims).setProtectedHeader(header as JWTHeaderParameters).sign(key);

const claimsOfAlice = (changes: Claims = {}): Claims => ({
  iss: seal.issuer,
  aud: seal.audience,
  sub: '1',
  iat: now - 100,
  exp: now + 3_000,
  email: 'alice@example.com',
  groups: ['payments', 'everyone'],
  nonce: thumbprint,
  ...changes,
});
const tokenOf = (claims: Claims = {}, header: Header = {}, key: CryptoKey | Uint8Array = provider.privateKey) =>
  sign(claimsOfAlice(claims), { alg: 'ES256', kid: 'p', ...header }, key);

const digest = (token: string): string => createHash('sha256').update(token).digest('base64url');
function proofOf(
  token: string,
  claims: Claims = {},
  header: Header = {},
  key: CryptoKey | Uint8Array = device.privateKey,
) {
  const htu = proofTarget(seal.clusterId, path);
  const payload = { htm: 'GET', htu, ath: digest(token), iat: now, jti: randomUUID(), ...claims };
  return sign(payload, { alg: 'ES256', typ: 'dpop+jwt', jwk: device.jwk, ...header }, key);
}

function verifier(options: { at?: number; used?: ReplayCache; keys?: JWK[] } = {}) {
  const clock = { now: now - 1_000 };
  const own = [
    { ...provider.jwk, kid: 'p', alg: 'ES256' },
    { ...providerEd.jwk, kid: 'ed' },
  ];
  const { used = new ReplayCache() } = options;
  const keys = createLocalJWKSet({ keys: options.keys ?? own });
  const identity = new SealedIdentity(seal, { keys, rules, used, now: () => clock.now });
  clock.now = options.at ?? now;
  return { identity, clock };
}

const requestOf = (token: string, proof: string, changes: Partial<SealedRequest> = {}): SealedRequest => ({
  method: 'GET',
  path,
  headers: [
    ['accept', 'application/json'],
    ['postern-token', token],
    ['postern-proof', proof],
  ],
  ...changes,
});

describe('who a request is by in a sealed cluster', () => {
  it('takes person and groups from the token, and keeps token and proof from the cluster', async () => {
    const token = await tokenOf();
    const result = await verifier().identity.identify(requestOf(token, await proofOf(token)));
    expect(result).toEqual({
      identity: { user: 'postern:alice@example.com', groups: ['postern:team:payments'] },
      headers: [['accept', 'application/json']],
    });
  });

  it('accepts a token that the provider bound to the key itself (cnf.jkt)', async () => {
    const token = await tokenOf({ cnf: { jkt: thumbprint }, nonce: 'random' });
    const result = await verifier().identity.identify(requestOf(token, await proofOf(token)));
    expect(result.refused).toBeUndefined();
  });

  it('accepts a token signed with EdDSA', async () => {
    const token = await tokenOf({}, { alg: 'EdDSA', kid: 'ed' }, providerEd.privateKey);
    const result = await verifier().identity.identify(requestOf(token, await proofOf(token)));
    expect(result.refused).toBeUndefined();
  });

  it.each<[string, Claims, RegExp]>([
    ['of another issuer', { iss: 'https://evil.example.com' }, /CLAIM/],
    ['of an issuer that begins alike', { iss: 'https://login.example.com.evil.example' }, /CLAIM/],
    ['for another audience', { aud: 'postern-dashboard' }, /CLAIM/],
    ['without an audience', { aud: undefined }, /CLAIM/],
    ['for two clients, issued to the other', { aud: ['postern-cli', 'x'], azp: 'x' }, /another client/],
    ['for two clients, issued to nobody', { aud: ['postern-cli', 'x'] }, /another client/],
    ['issued to another client', { azp: 'x' }, /another client/],
    ['that expired', { exp: now - 11 }, /EXPIRED/],
    ['that never expires', { exp: undefined }, /CLAIM/],
    ['whose expiry is text', { exp: '9999999999' }, /CLAIM|INVALID/],
    ['that is not valid yet', { nbf: now + 11 }, /CLAIM/],
    ['without the time of issue', { iat: undefined }, /CLAIM/],
    ['issued in the future', { iat: now + 60 }, /CLAIM/],
    ['older than a day', { iat: now - 90_000 }, /EXPIRED/],
    ['without a subject', { sub: undefined }, /CLAIM/],
    ['without a person', { email: undefined }, /no person/],
    ['with an empty name', { email: '' }, /no person/],
    ['with several names', { email: ['a@example.com', 'b@example.com'] }, /no person/],
    ['of an address that is not verified', { email_verified: false }, /not verified/],
    ['of an address verified in words', { email_verified: 'false' }, /not verified/],
    ['of a user of the system', { email: 'system:admin' }, /no person/],
    ['of a user of the system in disguise', { email: 'system%3Aadmin' }, /system/],
    ['of a service account', { email: 'service-account:ci' }, /no person/],
    ['with a line break', { email: 'a\r\nImpersonate-Group: x' }, /no person|not one of/],
    ['with a line break alone', { email: 'a\r\nb' }, /not one of/],
    ['with groups as text', { groups: 'payments' }, /not a list/],
    ['without groups', { groups: undefined }, /none of/],
    ['with groups that are not allowed', { groups: ['ops', 'system:masters', 'admin'] }, /none of/],
    ['with a group of the system in disguise', { groups: ['../system:masters', 'system%3Amasters'] }, /none of/],
    ['with a level as a group', { groups: ['postern:admin'] }, /none of/],
    ['of another device', { nonce: 'x'.repeat(43) }, /another device/],
    ['without any key', { nonce: undefined }, /another device/],
    ['with the key of another device in cnf', { cnf: { jkt: 'x' } }, /another device/],
    ['with a cnf that names no key', { cnf: {} }, /another device/],
    ['with a cnf that is null', { cnf: null }, /another device/],
  ])('refuses a token %s', async (_, claims, reason) => {
    const token = await tokenOf(claims);
    const result = await verifier().identity.identify(requestOf(token, await proofOf(token)));
    expect(result.refused).toMatch(reason);
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    ['signed by somebody else', () => tokenOf({}, {}, stranger.privateKey), /SIGNATURE/],
    ['of an unknown key', () => tokenOf({}, { kid: 'new' }), /NO_MATCHING/],
    ['that brings its own key', () => tokenOf({}, { jwk: stranger.jwk }, stranger.privateKey), /SIGNATURE/],
    ['signed with HMAC', () => tokenOf({}, { alg: 'HS256' }, new Uint8Array(32)), /ALG/],
    ['signed with HMAC and the public key', () => tokenOf({}, { alg: 'HS256' }, publicBytes()), /ALG/],
    ['that is a logout token', () => tokenOf({}, { typ: 'logout+jwt' }), /another type/],
    ['that is a proof', () => tokenOf({}, { typ: 'dpop+jwt' }), /another type/],
    ['that is not signed', async () => unsigned(claimsOfAlice()), /ALG/],
    ['that is no token', async () => 'nonsense', /INVALID/],
    ['that is too long', async () => 'a'.repeat(17_000), /too long/],
  ])('refuses a token %s', async (_, make, reason) => {
    const token = await make();
    const result = await verifier().identity.identify(requestOf(token, await proofOf(token)));
    expect(result.refused).toMatch(reason);
  });

  const publicBytes = (): Uint8Array => new TextEncoder().encode(JSON.stringify(provider.jwk));
  const unsigned = (claims: Claims): string =>
    `${[{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;

  it.each<[string, Claims, RegExp]>([
    ['for another method', { htm: 'POST' }, /another method/],
    ['for the method in small letters', { htm: 'get' }, /another method/],
    ['without a method', { htm: undefined }, /CLAIM/],
    ['for another path', { htu: proofTarget(seal.clusterId, '/api/v1/secrets') }, /another request/],
    ['for another command', { htu: proofTarget(seal.clusterId, path.replace('=id', '=sh')) }, /another request/],
    ['without the query', { htu: proofTarget(seal.clusterId, '').concat(path.split('?')[0] ?? '') }, /another request/],
    ['for another cluster', { htu: proofTarget('5f0c1f3e-0000-4000-8000-000000000002', path) }, /another request/],
    ['with several targets', { htu: [proofTarget(seal.clusterId, path)] }, /another request/],
    ['without a target', { htu: undefined }, /CLAIM/],
    ['for another token', { ath: digest('other') }, /another token/],
    ['without a token', { ath: undefined }, /CLAIM/],
    ['that is too old', { iat: now - 61 }, /too old/],
    ['from the future', { iat: now + 11 }, /too old or not yet/],
    ['without a time', { iat: undefined }, /CLAIM/],
    ['whose time is text', { iat: String(now) }, /CLAIM|INVALID|incomplete/],
    ['without an id', { jti: undefined }, /CLAIM/],
    ['with an empty id', { jti: '' }, /not usable/],
    ['with a very long id', { jti: 'x'.repeat(129) }, /not usable/],
    ['with a number as its id', { jti: 7 }, /incomplete/],
  ])('refuses a proof %s', async (_, claims, reason) => {
    const token = await tokenOf();
    const result = await verifier().identity.identify(requestOf(token, await proofOf(token, claims)));
    expect(result.refused).toMatch(reason);
  });

  it.each<[string, (token: string) => Promise<string>, RegExp]>([
    [
      'by another device',
      (token) => proofOf(token, {}, { jwk: otherDevice.jwk }, otherDevice.privateKey),
      /another device/,
    ],
    [
      "with the device's key but another signature",
      (token) => proofOf(token, {}, {}, stranger.privateKey),
      /SIGNATURE/,
    ],
    ['of another type', (token) => proofOf(token, {}, { typ: 'JWT' }), /CLAIM/],
    ['without a type', (token) => proofOf(token, {}, { typ: undefined }), /CLAIM/],
    ['without a key', (token) => proofOf(token, {}, { jwk: undefined }), /INVALID/],
    [
      'that shows a private key',
      async (token) => proofOf(token, {}, { jwk: await exportJWK(device.privateKey) }),
      /INVALID/,
    ],
    ['signed with HMAC', (token) => proofOf(token, {}, { alg: 'HS256' }, new Uint8Array(32)), /ALG/],
    ['that is the token', async (token) => token, /JWS_INVALID/],
    ['that is nothing', async () => '', /INVALID/],
  ])('refuses a proof %s', async (_, make, reason) => {
    const token = await tokenOf();
    const result = await verifier().identity.identify(requestOf(token, await make(token)));
    expect(result.refused).toMatch(reason);
  });

  it('refuses a request whose method or path a gateway changed', async () => {
    const token = await tokenOf();
    const { identity } = verifier();
    const changed = [{ method: 'POST' }, { path: path.replace('demo', 'prod') }, { path: `${path}&stdin=true` }];
    for (const change of changed) {
      const result = await identity.identify(requestOf(token, await proofOf(token), change));
      expect(result.refused).toMatch(/another (?:method|request)/);
    }
  });

  it.each(['postern-token', 'postern-proof'])('refuses a request without or with two %s', async (name) => {
    const token = await tokenOf();
    const { headers } = requestOf(token, await proofOf(token));
    const twice: HeaderPairs = [...headers, [name.toUpperCase(), 'x']];
    const { identity } = verifier();
    const asked = { method: 'GET', path };
    expect((await identity.identify({ ...asked, headers: twice })).refused).toMatch(/repeated/);
    const without = headers.filter(([other]) => other !== name);
    expect((await identity.identify({ ...asked, headers: without })).refused).toMatch(/needs a token/);
  });

  it('takes a proof once, also when it comes twice at the same time', async () => {
    const token = await tokenOf();
    const request = requestOf(token, await proofOf(token));
    const { identity } = verifier();
    const results = await Promise.all([1, 2, 3].map(() => identity.identify(request)));
    expect(results.filter(({ refused }) => refused === undefined)).toHaveLength(1);
    expect((await identity.identify(request)).refused).toMatch(/used before/);
  });

  it('remembers nothing of a proof that it refused', async () => {
    const token = await tokenOf();
    const proof = await proofOf(token);
    const { identity } = verifier({ used: new ReplayCache(1) });
    expect((await identity.identify(requestOf(token, proof, { method: 'POST' }))).refused).toBeDefined();
    expect((await identity.identify(requestOf(token, proof))).refused).toBeUndefined();
  });

  it('refuses a proof that was made before the agent started', async () => {
    const token = await tokenOf({ iat: now - 2_000 });
    const { identity, clock } = verifier();
    clock.now = now - 960;
    const result = await identity.identify(requestOf(token, await proofOf(token, { iat: now - 1_001 })));
    expect(result.refused).toMatch(/before the agent started/);
  });

  it('refuses a token whose key the provider withdrew', async () => {
    const token = await tokenOf();
    const { identity } = verifier({ keys: [{ ...stranger.jwk, kid: 'next' }] });
    expect((await identity.identify(requestOf(token, await proofOf(token)))).refused).toMatch(/NO_MATCHING/);
  });

  it('refuses, and does not fail, when the keys cannot be fetched', async () => {
    const keys = (): never => {
      throw new Error('connect ECONNREFUSED 10.0.0.1');
    };
    const identity = new SealedIdentity(seal, { keys, rules, now: () => now });
    const token = await tokenOf();
    const { refused } = await identity.identify(requestOf(token, await proofOf(token)));
    expect(refused).toMatch(/keys of the provider/);
    expect(refused).not.toContain('10.0.0.1');
  });
});

describe('the memory of used proofs', () => {
  it('refuses when it is full of proofs that still count, and makes room once they expire', () => {
    const cache = new ReplayCache(2);
    expect(cache.use('a', { now, until: now + 60 })).toBe(true);
    expect(cache.use('b', { now, until: now + 60 })).toBe(true);
    expect(cache.use('c', { now: now + 60, until: now + 120 })).toBe(false);
    expect(cache.use('c', { now: now + 61, until: now + 121 })).toBe(true);
  });
});
