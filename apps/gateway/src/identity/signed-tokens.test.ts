import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Keys } from './keys.ts';
import { readBearer, SignedTokens, signedSeconds } from './signed-tokens.ts';

const keys = new Keys(randomBytes(32));
const signed = new SignedTokens(keys, 'https://localhost');
const claims = { sub: randomUUID(), sid: randomUUID(), cluster: null };

describe('a signed token', () => {
  afterEach(() => void vi.useRealTimers());

  it.each(['browser', 'access'] as const)('for %s can be read until it expires', async (kind) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2030, 0, 1, 0, 0, 0, 999) });
    const { token, expiresAt } = signed.sign(kind, claims);
    const end = Date.UTC(2030, 0, 1) + signedSeconds[kind] * 1_000;
    expect(expiresAt).toEqual(new Date(end));
    vi.setSystemTime(end - 1);
    expect(await signed.verify(kind, token)).toEqual({ ...claims, exp: end / 1_000 });
    vi.setSystemTime(end);
    expect(await signed.verify(kind, token)).toBeNull();
  });

  it('is good for nothing else', async () => {
    expect(await signed.verify('access', signed.sign('browser', claims).token)).toBeNull();
    expect(await signed.verify('browser', signed.sign('access', claims).token)).toBeNull();
  });

  it('of another issuer or key, or that is none, is refused', async () => {
    const ofOtherIssuer = new SignedTokens(keys, 'https://other.example').sign('browser', claims).token;
    const ofOtherKey = new SignedTokens(new Keys(randomBytes(32)), 'https://localhost').sign('browser', claims).token;
    for (const wrong of [ofOtherIssuer, ofOtherKey, 'x', ''])
      expect(await signed.verify('browser', wrong), wrong).toBeNull();
  });

  it('with claims that are not ours is refused', async () => {
    for (const wrong of [{ sub: 'ada' }, { sid: 'x' }, { cluster: 'prod' }])
      expect(await signed.verify('browser', signed.sign('browser', { ...claims, ...wrong }).token)).toBeNull();
  });
});

it.each<[string | undefined, string | null | undefined]>([
  [undefined, null],
  ['', undefined],
  ['Bearer', undefined],
  ['Bearer ', undefined],
  ['Bearer x', 'x'],
  ['bearer   aZ0_.~+/=-', 'aZ0_.~+/=-'],
  ['xBearer x', undefined],
  ['Bearer x y', undefined],
  ['Bearerx', undefined],
  ['Basic YTpi', undefined],
])('in the Authorization header %j the bearer token is %j', (authorization, expected) => {
  expect(readBearer(authorization === undefined ? {} : { authorization })).toBe(expected);
});

it('reads bearer tokens of at most 4 KiB', () => {
  const longest = 'x'.repeat(4_096);
  expect(readBearer({ authorization: `Bearer ${longest}` })).toBe(longest);
  expect(readBearer({ authorization: `Bearer ${longest}x` })).toBeUndefined();
});
