import { describe, expect, it } from 'vitest';
import { classify } from '../access/classify.ts';
import { readAddress } from './address.ts';
import { answerCoding, applyCoding, applyKnownTag, strongTags } from './answer-coding.ts';

const chrome = 'gzip, deflate, br, zstd';
const json: Record<string, string> = { 'content-type': 'application/json' };

function decide({
  path = '/api/v1/pods',
  method = 'GET',
  accept = chrome,
  status = 200,
  headers = json,
  site = 'same-origin',
}: {
  path?: string;
  method?: string;
  accept?: string | undefined;
  status?: number;
  headers?: Record<string, string>;
  site?: string | undefined;
}) {
  return answerCoding(
    { status, headers: Object.entries(headers) },
    { method, headers: { 'accept-encoding': accept, 'sec-fetch-site': site } },
    classify(method, readAddress(path).target),
  );
}

describe('the coding of an answer', () => {
  it.each([
    ['gzip, deflate, br, zstd', 'zstd'],
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['zstd;q=0, GZIP', 'gzip'],
    ['deflate', null],
    ['', null],
  ])('for a client that accepts "%s" is %s', (accept, coding) => {
    expect(decide({ accept })).toBe(coding);
  });

  it('of a watch is gzip, if any', () => {
    const path = '/api/v1/pods?watch=1';
    expect([decide({ path }), decide({ path, accept: 'zstd, br' })]).toEqual(['gzip', null]);
  });

  it.each([
    '/api/v1/namespaces/a/pods/p',
    '/apis/example.com/v1/secrets-of-others',
    '/openapi/v3/apis/apps/v1',
    '/apis',
    '/metrics',
  ])('is applied to %s', (path) => {
    expect(decide({ path })).toBe('zstd');
  });

  it.each([
    '/api/v1/secrets',
    '/api/v1/secrets?watch=1',
    '/api/v1/watch/secrets',
    '/api/v1/namespaces/a/secrets/s',
    '/apis/example.com/v1/secrets',
    '/api/v1/namespaces/a/pods/p/log',
    '/api/v1/namespaces/a/pods/p/log?follow=1',
    '/api/v1/namespaces/a/pods/p/proxy/',
    '/api/v1/namespaces/a/services/s/proxy/',
    '/api/v1/namespaces/a/pods/p/exec?command=sh',
    '/api/v1/namespaces/a/pods/p/portforward?ports=1',
  ])('is never applied to %s', (path) => {
    expect(decide({ path })).toBeUndefined();
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('is never applied to the answer to %s', (method) => {
    expect(decide({ method, path: '/api/v1/namespaces/a/pods/p' })).toBeUndefined();
  });

  it.each([201, 204, 206, 304, 403, 500])('is never applied to an answer with status %i', (status) => {
    expect(decide({ status })).toBeUndefined();
  });

  it.each([
    { ...json, 'content-encoding': 'gzip' },
    { ...json, 'content-range': 'bytes 0-1/2' },
    { ...json, 'cache-control': 'max-age=1, no-transform' },
    { ...json, 'content-length': '1023' },
    { 'content-type': 'application/vnd.kubernetes.protobuf' },
    { 'content-type': 'text/html' },
    { 'content-type': 'application/jsonp' },
    {},
  ])('is never applied to an answer with %o', (headers) => {
    expect(decide({ headers: headers as Record<string, string> })).toBeUndefined();
  });

  it.each([
    { ...json, 'content-length': '1024' },
    { 'content-type': 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    { 'content-type': 'application/merge-patch+json; charset=utf-8' },
    { 'content-type': 'application/yaml' },
    { 'content-type': 'text/plain; version=0.0.4' },
  ])('is applied to an answer with %o', (headers) => {
    expect(decide({ headers: headers as Record<string, string> })).toBe('zstd');
  });

  it.each(['cross-site', 'same-site', 'none', ''])('is never applied if the request comes from "%s"', (site) => {
    expect(decide({ site })).toBeUndefined();
  });

  it('is the same for HEAD', () => {
    expect(decide({ method: 'HEAD' })).toBe('zstd');
  });
});

describe('the headers', () => {
  const original = (): Map<string, string | string[]> =>
    new Map([
      ['content-length', '5000'],
      ['accept-ranges', 'bytes'],
      ['etag', '"a"'],
    ]);

  it('of a compressed answer have no length, no ranges and a weak tag', () => {
    const headers = original();
    applyCoding(headers, 'br');
    expect(Object.fromEntries(headers)).toEqual({
      etag: 'W/"a"',
      vary: ['accept-encoding'],
      'content-encoding': 'br',
    });
  });

  it('keep a tag that is weak already, and what an answer varies by', () => {
    const headers = new Map<string, string | string[]>([
      ['etag', 'W/"a"'],
      ['vary', 'Accept'],
    ]);
    applyCoding(headers, 'gzip');
    expect([headers.get('etag'), headers.get('vary')]).toEqual(['W/"a"', ['Accept', 'accept-encoding']]);
  });

  it('of an answer that could have been compressed only say so', () => {
    const headers = original();
    applyCoding(headers, null);
    expect(headers).toEqual(original().set('vary', ['accept-encoding']));
  });

  it.each([
    ['W/"a"', 'W/"a"'],
    ['"a"', '"a"'],
    [undefined, '"a"'],
  ])('of a 304 to If-None-Match %s have the tag %s', (ifNoneMatch, tag) => {
    const headers = original();
    applyKnownTag(headers, ifNoneMatch);
    expect(headers.get('etag')).toBe(tag);
  });
});

it.each([
  ['W/"a"', '"a"'],
  ['"W/a", W/"b",W/"c"', '"W/a", "b","c"'],
  ['*', '*'],
])('the cluster gets If-None-Match: %s as %s', (sent, passed) => {
  expect(strongTags(sent)).toBe(passed);
});
