import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeNext, signInPath } from './next-path.ts';

describe('safeNext', () => {
  it.each(['/acme', '/acme/clusters/demo/r/pods?ns=a,b&q=x#y'])('keeps %s', (path) =>
    expect(safeNext(path)).toBe(path),
  );
  it.each([
    null,
    '',
    'acme',
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    '/sign-in?next=/sign-in',
    '/.//evil.example',
    '/./\\evil.example',
    '/..//evil.example',
    '/%2e//evil.example',
    '/%2E%2e/%2e//evil.example/a',
    '/a/..//evil.example',
    '/a/b/../..///evil.example',
    '/.\t//evil.example',
    '/\n/evil.example',
    '/.\\\\evil.example',
    '/k8s/acme/demo/api/v1/pods',
    '/./k8s/acme/demo/',
    '/api/v1/auth/me',
    '/x/../api',
  ])('refuses %j', (path) => expect(safeNext(path)).toBe('/'));
  it('resolves dot segments before it checks', () => expect(safeNext('/a/../../b')).toBe('/b'));

  /** Arbitrary strings, and strings made of parts that confuse URL parsers. */
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(
        fc.constantFrom(
          '/',
          '//',
          '\\',
          '.',
          '..',
          '%2e',
          '%2f',
          '%5c',
          '\t',
          '\n',
          '\r',
          ' ',
          '@',
          ':',
          '?',
          '#',
          'a',
          '\u3002',
        ),
      )
      .map((parts) => `/${parts.join('')}evil.example`),
    fc.webUrl(),
  );
  it.each(['https://gateway.example', 'http://localhost:8080'])('never leaves %s, whatever the input', (origin) => {
    fc.assert(
      fc.property(anything, (next) => {
        const safe = safeNext(next);
        for (const base of [origin, `${origin}/sign-in?next=x`]) {
          const url = new URL(safe, base);
          expect(url.origin).toBe(origin);
          expect(url.pathname).not.toMatch(/^\/\/|\\/);
          expect(url.pathname + url.search + url.hash).toBe(safe);
        }
        expect(safeNext(safe)).toBe(safe);
        expect(new URL(signInPath(next), origin).origin).toBe(origin);
      }),
      { numRuns: 5_000 },
    );
  });
});

it('omits the default next', () => {
  expect(signInPath('/')).toBe('/sign-in');
  expect(signInPath('/acme?q=1')).toBe('/sign-in?next=%2Facme%3Fq%3D1');
});
