import { HOTP, Secret, URI } from 'otpauth';
import { describe, expect, it } from 'vitest';
import { acceptedStep, describeTotp, newTotpKey } from './totp.ts';

/** Of RFC 6238, appendix B. */
const key = Buffer.from('12345678901234567890');
const step = 37_037_036n;
const now = Number(step) * 30_000 + 12_345;
const codeAt = (at: bigint): string =>
  HOTP.generate({ secret: new Secret({ buffer: Uint8Array.from(key).buffer }), counter: Number(at) });

describe('a code', () => {
  it('is the one of RFC 6238', () => {
    // The table has eight digits for 1111111109 s; an app shows the last six.
    expect(acceptedStep(key, '081804', { lastStep: 0n, now: 1_111_111_109_000 })).toBe(37_037_036n);
    expect(acceptedStep(key, '081 804', { lastStep: 0n, now: 1_111_111_109_000 })).toBe(37_037_036n);
  });

  it.each([
    [-2n, null],
    [-1n, step - 1n],
    [0n, step],
    [1n, step + 1n],
    [2n, null],
  ])('of the step %i from now is accepted as of step %s', (offset, expected) => {
    expect(acceptedStep(key, codeAt(step + offset), { lastStep: 0n, now })).toBe(expected);
  });

  it('counts once, and none before it counts any more', () => {
    expect(acceptedStep(key, codeAt(step), { lastStep: step, now })).toBeNull();
    expect(acceptedStep(key, codeAt(step - 1n), { lastStep: step, now })).toBeNull();
    expect(acceptedStep(key, codeAt(step + 1n), { lastStep: step, now })).toBe(step + 1n);
  });

  it('of another key is refused', () => {
    expect(acceptedStep(newTotpKey(), codeAt(step), { lastStep: 0n, now })).toBeNull();
  });
});

it('an app gets the key with the name of this Postern and the address', () => {
  const { uri, secret } = describeTotp(key, { issuer: 'postern.example.com', email: 'ada+x@example.com' });
  const parsed = URI.parse(uri);
  expect(parsed).toMatchObject({ issuer: 'Postern (postern.example.com)', label: 'ada+x@example.com', digits: 6 });
  expect(parsed.secret.base32).toBe(secret);
  expect(Buffer.from(parsed.secret.bytes)).toEqual(key);
});

it('keys have 160 bits, and no two are the same', () => {
  const keys = Array.from({ length: 100 }, () => Buffer.from(newTotpKey()).toString('hex'));
  expect(new Set(keys).size).toBe(100);
  for (const one of keys) expect(one).toHaveLength(40);
});
