import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseUntrusted } from './parse-untrusted.ts';

const schema = z.object({
  name: z.string().min(2).max(3),
  list: z.array(z.string().length(1)).max(2).optional(),
  inner: z.object({ text: z.string().max(1) }).optional(),
});
const broken = z.unknown().refine(() => {
  throw new TypeError('a bug');
});
/** Objects from JSON in place of a number; some throw when they are converted to one. */
const odd: unknown[] = [{ toString: 1, valueOf: 1 }, { length: {} }, [{}], { valueOf: {} }];

it('parses as the schema does', () => {
  expect(parseUntrusted(schema, { name: 'ab', more: 1 })).toEqual({ success: true, data: { name: 'ab' } });
  const refused = parseUntrusted(schema, { name: 'abcd' });
  expect(refused.error?.issues).toEqual(schema.safeParse({ name: 'abcd' }).error?.issues);
});

it.each(odd.map((length) => [JSON.stringify(length), length]))('refuses an object whose length is %s', (_, length) => {
  for (const value of [
    { name: { length } },
    { name: 'ab', list: { length } },
    { name: 'ab', list: [{ length }] },
    { name: 'ab', inner: { text: { length } } },
  ])
    expect(parseUntrusted(schema, value).success).toBe(false);
});

it('gives one general issue when zod itself fails', () => {
  const refused = parseUntrusted(schema, { name: { length: { toString: 1, valueOf: 1 } } });
  expect(refused.error?.issues).toEqual([{ code: 'custom', path: [], message: 'Invalid input' }]);
});

it('returns a result for any JSON', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom('toString', 'valueOf', 'length', 'then', 'toJSON'),
      fc.jsonValue(),
      (a, key, b) => {
        for (const value of [a, { name: { length: { [key]: b, toString: a } } }, { name: a, list: { length: b } }])
          expect(typeof parseUntrusted(schema, value).success).toBe('boolean');
      },
    ),
  );
});

it.each([null, { length: null }, { inner: null }, { length: 1 }])('does not hide a bug of ours for %j', (value) => {
  expect(() => parseUntrusted(broken, value)).toThrow('a bug');
});

it('does not hide a bug of ours, however deep the input', () => {
  let deep: unknown = 'x';
  for (let depth = 0; depth < 50_000; depth++) deep = [deep];
  expect(() => parseUntrusted(broken, deep)).toThrow('a bug');
});

it('does not hide an error of another kind, whatever the input', () => {
  const otherwise = z.unknown().refine(() => {
    throw new RangeError('another bug');
  });
  expect(() => parseUntrusted(otherwise, { name: { length: {} } })).toThrow('another bug');
});
