import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCookie, rememberDeviceCookie, signInCookies, signOutCookies } from './cookies.ts';

it.each<[string | undefined, string | null]>([
  [undefined, null],
  ['', null],
  ['x=1', '1'],
  ['a=b; x=1; c=d', '1'],
  ['a=b;x=1', '1'],
  ['x=a=b', 'a=b'],
  ['x=', ''],
  ['xx=1', null],
  ['X=1', null],
  ['a=x=1', null],
  ['x=1; x=1', null],
  ['x=1; x=2', null],
])('in %j the cookie x is %j', (header, value) => {
  expect(readCookie(header, 'x')).toBe(value);
});

it.each<[number, string | null]>([
  [16_384, '1'],
  [16_385, null],
  [20_000, null],
])('in a header of %i bytes the cookie x is %j', (length, value) => {
  expect(readCookie(`${'a'.repeat(length - 5)}; x=1`, 'x')).toBe(value);
});

it('reads any header without throwing', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (header) =>
      ['string', 'object'].includes(typeof readCookie(header, 'x')),
    ),
  );
});

it('keeps cookies from scripts, plain HTTP and other sites, and secrets from all paths but those that need them', () => {
  const access = { value: 'a', seconds: 600 };
  const refresh = { value: 'r', seconds: 86_400.5 };
  expect(signInCookies({ access, refresh })).toEqual([
    '__Host-postern_access=a; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Strict',
    '__Secure-postern_refresh=r; Path=/api/v1/auth; Max-Age=86400; HttpOnly; Secure; SameSite=Strict',
  ]);
  expect(rememberDeviceCookie('d')).toBe(
    '__Secure-postern_device=d; Path=/api/v1/auth; Max-Age=15552000; HttpOnly; Secure; SameSite=Strict',
  );
  expect(signOutCookies()).toEqual([
    '__Host-postern_access=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict',
    '__Secure-postern_refresh=; Path=/api/v1/auth; Max-Age=0; HttpOnly; Secure; SameSite=Strict',
  ]);
});
