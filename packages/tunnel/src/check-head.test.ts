import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkHttpHead, checkResponseHead } from './check-head.ts';
import { requestHead, responseHead } from './heads.ts';

/** Strings around every limit and character class of the schemas. */
const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    '',
    'a',
    'a\n',
    '\ta',
    '\u007f',
    '\u0085',
    '\u2028',
    '\ud800',
    'é',
    'ÿ',
    'Ā',
    '/a b',
    '/',
    '/#',
    '/~',
    'GET',
    'get',
    'X-Y',
  ),
  fc
    .constantFrom(128, 129, 256, 257, 1_024, 1_025, 32 * 1_024, 32 * 1_024 + 1)
    .map((length) => `/${'a'.repeat(length - 1)}`),
);
const odd: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.constantFrom(
    null,
    undefined,
    true,
    0,
    1.5,
    99,
    100,
    599,
    600,
    Number.NaN,
    [],
    {},
    { length: 1 },
    ['a', 'b'],
    [['a', 'b']],
  ),
  fc.jsonValue({ maxDepth: 2 }),
);
const pair = fc.tuple(fc.constantFrom('accept', 'x-a', 'A', '', 'a b'), text);
const head = fc.record({
  kind: fc.constantFrom('http', 'upgrade'),
  cluster: fc.constant('0190aaaa'),
  method: fc.constantFrom('GET', 'PATCH', 'M-SEARCH'),
  path: fc.constantFrom('/', '/api/v1/pods?watch=1'),
  headers: fc.array(fc.tuple(fc.constantFrom('accept', 'x-a'), fc.string({ maxLength: 5 })), { maxLength: 3 }),
  identity: fc.record({
    user: fc.constant('postern:ada'),
    groups: fc.array(fc.constantFrom('a', 'b b'), { maxLength: 2 }),
  }),
});
type Head = { identity: object } & Record<string, unknown>;
/** A head with one field, at any depth, replaced. */
const changed = fc
  .tuple(head as fc.Arbitrary<Head>, odd, text, fc.array(fc.oneof(pair, odd), { maxLength: 3 }), fc.nat(12))
  .map(([given, value, name, list, place]): unknown => {
    const fields = ['kind', 'cluster', 'method', 'path', 'headers', 'identity'];
    if (place < 6) return { ...given, [fields[place] ?? '']: value };
    if (place === 6) return { ...given, headers: list };
    if (place === 7) return { ...given, identity: { ...given.identity, user: value } };
    if (place === 8) return { ...given, identity: { ...given.identity, groups: list } };
    if (place === 9) return { ...given, identity: { ...given.identity, extra: value } };
    if (place === 10) return { ...given, identity: { ...given.identity, impersonatedBy: value } };
    if (place === 11) return { ...given, [name]: value };
    return value;
  });

describe('the hand-written check', () => {
  it('of a request accepts nothing that the schema refuses, and returns the same as the schema', {
    timeout: 60_000,
  }, () => {
    fc.assert(
      fc.property(changed, (value) => {
        const checked = checkHttpHead(value);
        if (checked !== undefined) expect(requestHead.safeParse(value)).toEqual({ success: true, data: checked });
      }),
      { numRuns: 20_000 },
    );
  });

  it('of a request accepts all that the schema does, except extra fields of an identity', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.oneof(head, changed), (value) => {
        const result = requestHead.safeParse(value);
        if (!result.success || result.data.kind === 'tcp' || result.data.kind === 'report') return;
        if (result.data.identity.extra === undefined) expect(checkHttpHead(value)).toBeDefined();
      }),
      { numRuns: 20_000 },
    );
  });

  it('of a response agrees with the schema', { timeout: 60_000 }, () => {
    const answer = fc.record({
      status: fc.oneof(fc.constantFrom(101, 200, 404), odd),
      headers: fc.oneof(fc.array(pair, { maxLength: 3 }), odd),
    });
    fc.assert(
      fc.property(fc.oneof(answer, odd), (value) => {
        const result = responseHead.safeParse(value);
        expect(checkResponseHead(value)).toEqual(result.success ? result.data : undefined);
      }),
      { numRuns: 20_000 },
    );
  });

  it('limits the number of headers and groups', () => {
    const many = (count: number) => Array.from({ length: count }, (): [string, string] => ['a', 'b']);
    const groups = (count: number) => Array.from({ length: count }, () => 'a');
    const given = {
      kind: 'http',
      cluster: 'c',
      method: 'GET',
      path: '/',
      headers: many(1),
      identity: { user: 'u', groups: [] },
    };
    for (const count of [1_024, 1_025]) {
      expect(checkResponseHead({ status: 200, headers: many(count) }) !== undefined).toBe(count === 1_024);
      expect(checkHttpHead({ ...given, headers: many(count) }) !== undefined).toBe(count === 1_024);
      expect(checkHttpHead({ ...given, identity: { user: 'u', groups: groups(count) } }) !== undefined).toBe(
        count === 1_024,
      );
    }
  });
});
