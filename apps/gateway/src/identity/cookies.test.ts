import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCookie } from './cookies.ts';

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
  [`a=${'b'.repeat(20_000)}; x=1`, null],
])('in %j the cookie x is %j', (header, value) => {
  expect(readCookie(header, 'x')).toBe(value);
});

it('reads any header without throwing', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (header) =>
      ['string', 'object'].includes(typeof readCookie(header, 'x')),
    ),
  );
});
