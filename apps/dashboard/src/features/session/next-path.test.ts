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
  ])('refuses %j', (path) => expect(safeNext(path)).toBe('/'));
  it('resolves dots before it compares', () => expect(safeNext('/a/../../b')).toBe('/b'));
});

it('leaves out a next that says nothing', () => {
  expect(signInPath('/')).toBe('/sign-in');
  expect(signInPath('/acme?q=1')).toBe('/sign-in?next=%2Facme%3Fq%3D1');
});
