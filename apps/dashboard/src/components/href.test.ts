import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { href, pathOf } from './href.ts';

const origin = 'https://gateway.example';
/** Strings that some parser has read as another origin or path, or has thrown on. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('/', '\\', '.', '%', '2', 'e', 'f', '5', 'c', ':', '@', '?', '#', '\t', '\n', 'a'),
  }),
  fc.constantFrom('', '.', '..', '%2e%2e', '/evil.example', '//evil.example', '\\evil.example', '../../../api/v1'),
  fc.constantFrom('javascript:alert(1)', 'https://evil.example', '\ud800', '\u0000', '..\\..', '%2f%2fevil.example'),
);

describe('pathOf', () => {
  it('keeps all segments from discovery under the root of the cluster', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1 }), (segments) => {
        const { origin: reached, pathname } = new URL(`/k8s/acme/demo${pathOf(segments)}`, origin);
        expect(reached).toBe(origin);
        expect(pathname.split('/').slice(0, 4)).toEqual(['', 'k8s', 'acme', 'demo']);
        expect(pathname.split('/').length).toBe(4 + segments.length);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('href', () => {
  it('is a path on our own origin with the segments of the template, whatever the values', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (organization, cluster, name) => {
        const url = new URL(href`/${organization}/clusters/${cluster}/r/pods/-/${name}`, origin);
        expect(url.origin).toBe(origin);
        expect(url.pathname.startsWith('//')).toBe(false);
        expect(url.search + url.hash).toBe('');
        if (organization === '') return;
        const segments = url.pathname.split('/');
        expect([segments.length, segments[2], segments[4], segments[5], segments[6]]).toEqual([
          8,
          'clusters',
          'r',
          'pods',
          '-',
        ]);
      }),
      { numRuns: 3_000 },
    );
  });

  it('decodes to the original name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        fc.pre(name !== '.' && name !== '..');
        const { pathname } = new URL(href`/acme/${name}`, origin);
        expect(decodeURIComponent(pathname.slice('/acme/'.length))).toBe(name);
      }),
    );
  });

  it('escapes a query value', () => {
    const url = new URL(href`/acme/sessions?cluster=${'a&b=c#d'}`, origin);
    expect([...url.searchParams]).toEqual([['cluster', 'a&b=c#d']]);
    expect(url.hash).toBe('');
  });
});

it('href builds every path in the sources that contains a value', () => {
  const root = join(import.meta.dirname, '..');
  const sources = globSync('**/*.{ts,tsx}', { cwd: root }).filter(
    (file) => !/\.test\.tsx?$/.test(file) && file !== 'components/href.ts',
  );
  expect(sources.length).toBeGreaterThan(100);
  // Untagged templates that begin with `/` and contain a value: only `href` may put values into a path.
  const byHand = sources.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .filter((line) => /(?<!\bhref)`\/[^`\n]*\$\{/.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(byHand).toEqual([]);
});
