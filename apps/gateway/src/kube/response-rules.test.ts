import type { HeaderList } from '@postern/tunnel';
import { describe, expect, it } from 'vitest';
import { classify } from '../access/classify.ts';
import { refusal } from '../access/refusal.ts';
import { readAddress } from './address.ts';
import { announcedLength, isBodiless, refuseAnswer, responseHeaders } from './response-rules.ts';

const plain = classify('GET', readAddress('/api/v1/pods').target);
const proxy = classify('GET', readAddress('/api/v1/namespaces/a/services/x/proxy/').target);

describe('an answer', () => {
  it.each([200, 204, 299, 304, 400, 403, 404, 500, 503])('of %i is acceptable', (status) => {
    expect(refuseAnswer({ status, headers: [['content-length', '5']] }, plain)).toBeUndefined();
  });

  it.each([300, 301, 303, 305, 399])('of %i is refused, because it redirects', (status) => {
    expect(refuseAnswer({ status, headers: [] }, plain)).toEqual(
      refusal(502, 'The cluster answered with a redirect, which Postern does not pass on.'),
    );
  });

  it.each([101, 199])('of %i is refused, because a plain request has no upgrade', (status) => {
    expect(refuseAnswer({ status, headers: [] }, plain)).toEqual(
      refusal(502, 'The cluster answered a plain request with an upgrade.'),
    );
  });

  it('of 401 is refused, because it is about the agent, except from a proxied service', () => {
    expect(refuseAnswer({ status: 401, headers: [] }, plain)).toEqual(
      refusal(502, "The cluster refused the agent's own credentials. Restart the agent, or connect it again."),
    );
    expect(refuseAnswer({ status: 401, headers: [] }, proxy)).toBeUndefined();
  });

  it('with an unusable length is refused', () => {
    expect(refuseAnswer({ status: 200, headers: [['content-length', '-1']] }, plain)).toEqual(
      refusal(502, 'The cluster answered with a Content-Length that is no length.'),
    );
  });
});

describe('the announced length', () => {
  it.each<[string[], number | undefined | null]>([
    [[], undefined],
    [['0'], 0],
    [['17'], 17],
    [['9'.repeat(15)], 999_999_999_999_999],
    [['9'.repeat(16)], null],
    [['5', '5'], 5],
    [['5', '6'], null],
    [['5', '5', '6'], null],
    [[''], null],
    [['x5'], null],
    [['5x'], null],
    [['5', 'x'], null],
  ])('of %j is %j', (values, length) => {
    const headers = values.map((value): [string, string] => ['content-length', value]);
    expect(announcedLength({ status: 200, headers: [['age', '7'], ...headers, ['x-length', 'x']] })).toBe(length);
  });
});

it.each([
  ['GET', 200, false],
  ['POST', 200, false],
  [undefined, 200, false],
  ['HEAD', 200, true],
  ['HEAD', 404, true],
  ['GET', 203, false],
  ['GET', 204, true],
  ['GET', 205, false],
  ['GET', 304, true],
] as const)('a response to %s with %i has no body: %s', (method, status, expected) => {
  expect(isBodiless(method, status)).toBe(expected);
});

describe('the headers for the client', () => {
  const sandboxed = {
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  };

  function headersOf(headers: HeaderList, { status = 200, isBrowser = false } = {}): Record<string, unknown> {
    return Object.fromEntries(responseHeaders({ status, headers }, { isBrowser }));
  }

  it('combine repeated fields, except those with a single value', () => {
    const answered: HeaderList = [
      ['vary', 'a'],
      ['content-type', 'application/json'],
      ['vary', 'b'],
      ['content-length', '5'],
      ['content-type', 'text/html'],
      ['vary', 'c'],
      ['content-length', '5'],
    ];
    expect(headersOf(answered)).toEqual({
      vary: ['a', 'b', 'c'],
      'content-type': 'application/json',
      'content-length': '5',
      ...sandboxed,
      'cache-control': 'no-store',
    });
  });

  it('have no length if the response can have none', () => {
    expect(headersOf([['content-length', '0']], { status: 204 })).not.toHaveProperty('content-length');
    expect(headersOf([['content-length', '0']])).toHaveProperty('content-length', '0');
  });

  it('let a program cache and name what it gets as the cluster says', () => {
    const answered: HeaderList = [
      ['cache-control', 'private'],
      ['content-disposition', 'inline'],
    ];
    const own = { 'cache-control': 'private', 'content-disposition': 'inline' };
    expect(headersOf(answered)).toEqual({ ...own, ...sandboxed });
    const forBrowsers = { 'cache-control': 'no-store', 'content-disposition': 'attachment' };
    expect(headersOf(answered, { isBrowser: true })).toEqual({ ...forBrowsers, ...sandboxed });
    expect(headersOf([], { isBrowser: true })).toEqual({ ...forBrowsers, ...sandboxed });
  });
});
