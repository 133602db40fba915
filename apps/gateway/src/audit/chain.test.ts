import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical, type Json } from './canonical.ts';
import { brokenLink, type Entry, entryHash, type Link, origin } from './chain.ts';

const organization = '0190bbbb-0000-7000-8000-000000000001';
const at = '2026-11-23T01:02:03.456Z';

/** A chain of entries, as the database returns them. */
function chainOf(...names: string[]): Entry[] {
  let before: Link = origin;
  return names.map((name) => {
    const content = canonical({ at, name });
    const entry = {
      seq: before.seq + 1,
      hash: entryHash(organization, before, content),
      previous: before.hash,
      at: new Date(at),
      content,
    };
    before = entry;
    return entry;
  });
}

function firstProblem(entries: Entry[]): [number, string] | undefined {
  let link: Link = origin;
  for (const entry of entries) {
    const problem = brokenLink(organization, link, entry);
    if (problem !== undefined) return [link.seq + 1, problem];
    link = entry;
  }
  return undefined;
}

describe('the canonical form', () => {
  it('is that of RFC 8785: sorted names, no space', () => {
    expect(canonical({ b: [1, null, { z: true, a: 'ü\n"' }], a: -0, '\u20ac': 1e21 })).toBe(
      '{"a":0,"b":[1,null,{"a":"ü\\n\\"","z":true}],"€":1e+21}',
    );
  });

  it('does not depend on the order in which the names come, and loses nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonical(value as Json);
        expect(canonical(JSON.parse(text) as Json)).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('the chain', () => {
  it('can be computed with a shell', () => {
    const [entry] = chainOf('a');
    const script = `printf '%s\\n%s\\n%s\\n%s' ${'0'.repeat(64)} ${organization} 1 '${entry?.content}' | sha256sum`;
    expect(execFileSync('sh', ['-c', script]).toString().slice(0, 64)).toBe(entry?.hash.toString('hex'));
  });

  it('is whole as it was written', () => {
    expect(firstProblem(chainOf('a', 'b', 'c'))).toBeUndefined();
  });

  it('breaks where an entry was changed, deleted, exchanged or put in', () => {
    const entries = chainOf('a', 'b', 'c', 'd');
    const [a, b, c, d] = entries as [Entry, Entry, Entry, Entry];
    expect(firstProblem([a, { ...b, content: canonical({ at, name: 'B' }) }, c, d])).toEqual([2, 'it was changed']);
    expect(firstProblem([a, c, d])).toEqual([2, 'entry 2 is missing; the next one is 3']);
    expect(firstProblem([a, { ...c, seq: 2 }, { ...b, seq: 3 }, d])).toEqual([
      2,
      'it does not follow the entry before it',
    ]);
    expect(firstProblem([a, { ...b, at: new Date(0) }, c, d])).toEqual([2, 'its time was changed']);
    // Even with hashes that fit each other, the entry after it still has the one of before.
    const content = canonical({ at, name: 'B' });
    const forged = { ...b, content, hash: entryHash(organization, a, content) };
    expect(firstProblem([a, forged, c, d])).toEqual([3, 'it does not follow the entry before it']);
    // An entry of another organization's chain.
    expect(brokenLink('0190bbbb-0000-7000-8000-000000000002', origin, a)).toBe('it was changed');
  });
});
