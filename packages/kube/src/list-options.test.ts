import { describe, expect, it } from 'vitest';
import { listOptions } from './list-options.ts';

const named = (selector: string, more = ''): string =>
  listOptions(`fieldSelector=${encodeURIComponent(selector)}${more}`).name;

describe('listOptions', () => {
  it.each([
    ['', ''],
    ['metadata.name=a', 'a'],
    ['metadata.name==a', 'a'],
    ['metadata.name!=a', ''],
    ['spec.nodeName=a', ''],
    ['x metadata.name=a', ''],
    ['spec.nodeName=x,metadata.name=a', 'a'],
    ['metadata.name=a b', 'a b'],
    // The first in byte order.
    ['metadata.name=b,metadata.name=a', 'a'],
    ['metadata.name=a\\,b', 'a,b'],
    ['metadata.name=a\\=b', 'a=b'],
    ['metadata.name=a\\\\b', 'a\\b'],
  ])('%j selects the name %j', (selector, name) => {
    expect(named(selector)).toBe(name);
  });

  it.each([
    'metadata.name',
    'metadata.name=a,x',
    'metadata.name=a=b',
    'metadata.name=a\\',
    'metadata.name=a\\x',
    'metadata.name=a\\x,metadata.name=b',
    'metadata.name=a\\ =b',
  ])('%j does not parse, and selects no name', (selector) => {
    expect(named(selector)).toBe('');
  });

  it.each(['.', '..', 'a/b', 'a%b'])('%j is not a name', (name) => {
    expect(named(`metadata.name=${name}`)).toBe('');
  });

  it.each(['...', 'a.b', '-'])('%j is a name', (name) => {
    expect(named(`metadata.name=${name}`)).toBe(name);
  });

  describe.each(['limit', 'timeoutSeconds'])('with %s', (option) => {
    it.each(['5', '12', '+5', '-12', '9223372036854775807', '-9223372036854775808'])(
      '%s, the selector applies',
      (value) => {
        expect(named('metadata.name=a', `&${option}=${encodeURIComponent(value)}`)).toBe('a');
      },
    );
    it.each(['', 'x', 'x5', '5x', '5.0', '+', '--5', '9223372036854775808', '-9223372036854775809'])(
      '%j, the selector does not apply',
      (value) => {
        expect(named('metadata.name=a', `&${option}=${encodeURIComponent(value)}`)).toBe('');
      },
    );
  });

  it.each([
    ['', false],
    ['watch=0', false],
    ['watch=False', false],
    ['watch', true],
    ['watch=no', true],
    ['watch=1&limit=x', true],
    ['watch=0&watch=1', false],
  ])('%j watches: %s', (query, watch) => {
    expect(listOptions(query).watch).toBe(watch);
  });
});
