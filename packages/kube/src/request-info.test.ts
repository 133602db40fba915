import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorisationVerb, requestInfo, streamSubresource } from './request-info.ts';

function infoOf(method: string, target: string) {
  const mark = target.indexOf('?');
  const path = decodeURIComponent(mark === -1 ? target : target.slice(0, mark));
  return requestInfo(method, path, mark === -1 ? '' : target.slice(mark + 1));
}

const rows = readFileSync(new URL('./request-info.fixture.tsv', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

describe('requestInfo', () => {
  it('has a table of at least 1,000 rows', () => {
    expect(rows.length).toBeGreaterThanOrEqual(1_000);
  });

  it('returns the same as the apiserver for every row', () => {
    for (const row of rows) {
      const [method = '', target = '', ...expected] = row.split('\t');
      const info = infoOf(method, target);
      const answer =
        info === null
          ? ['unclear']
          : [
              info.isResourceRequest ? 'resource' : 'other',
              info.verb,
              info.apiPrefix,
              info.apiGroup,
              info.apiVersion,
              info.namespace,
              info.resource,
              info.subresource,
              info.name,
            ];
      expect(answer, `${method} ${target}`).toEqual(expected);
    }
  });

  // The most common requests, spelled out.
  it.each([
    ['GET', '/api/v1/pods', 'list', '', 'pods', '', ''],
    ['GET', '/api/v1/pods?watch=true', 'watch', '', 'pods', '', ''],
    ['GET', '/api/v1/namespaces/shop/pods/web-0', 'get', 'shop', 'pods', 'web-0', ''],
    ['GET', '/api/v1/namespaces/shop/pods/web-0/log?follow=true', 'get', 'shop', 'pods', 'web-0', 'log'],
    ['GET', '/api/v1/namespaces/shop', 'get', 'shop', 'namespaces', 'shop', ''],
    ['PUT', '/api/v1/namespaces/shop/finalize', 'update', 'shop', 'namespaces', 'shop', 'finalize'],
    ['DELETE', '/apis/apps/v1/namespaces/shop/deployments', 'deletecollection', 'shop', 'deployments', '', ''],
    ['GET', '/api/v1/watch/namespaces/shop/pods/web-0', 'watch', 'shop', 'pods', 'web-0', ''],
    ['GET', '/api/v1/proxy/namespaces/shop/services/x:443/a/b', 'proxy', 'shop', 'services', 'x:443', ''],
    ['POST', '/api/v1/namespaces/shop/services/x/proxy/a', 'create', 'shop', 'services', 'x', 'proxy'],
    ['PATCH', '/apis/apps/v1/namespaces/shop/deployments/web/scale', 'patch', 'shop', 'deployments', 'web', 'scale'],
  ])('%s %s is %s', (method, target, verb, namespace, resource, name, subresource) => {
    expect(infoOf(method, target)).toMatchObject({ verb, namespace, resource, name, subresource });
  });

  it('has no parts unless the path names a resource', () => {
    expect(requestInfo('GET', '/version', '')?.parts).toEqual([]);
    expect(requestInfo('GET', '/api/v1/pods/', '')?.parts).toEqual(['pods']);
  });

  it.each(['/api/v1/watch', '/api/v1/proxy', '/apis/apps/v1/watch'])('does not interpret %s', (path) => {
    expect(requestInfo('GET', path, '')).toBeNull();
  });

  it('never throws', () => {
    const segment = fc.constantFrom(
      'api',
      'apis',
      'v1',
      'namespaces',
      'pods',
      'watch',
      'proxy',
      '',
      '..',
      '\u0000',
      'é',
    );
    const anyPath = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(segment).map((parts) => `/${parts.join('/')}`),
    );
    fc.assert(
      fc.property(fc.string(), anyPath, fc.string({ unit: 'binary' }), (method, path, query) => {
        requestInfo(method, path, query);
        requestInfo('GET', path, `fieldSelector=${query}&watch=${query}`);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('streaming subresources', () => {
  it.each(['exec', 'attach', 'portforward'])('%s counts as create by GET too', (subresource) => {
    for (const method of ['GET', 'POST']) {
      const info = infoOf(method, `/api/v1/namespaces/shop/pods/web-0/${subresource}?command=sh`);
      expect(info && authorisationVerb(info)).toBe('create');
      expect(info && streamSubresource(info)).toBe(subresource);
    }
  });

  it.each([
    ['/api/v1/namespaces/shop/pods/web-0/log', 'get'],
    ['/api/v1/namespaces/shop/services/web/exec', 'get'],
    ['/api/v1/namespaces/shop/pods', 'list'],
  ])('%s keeps its verb: %s', (path, verb) => {
    const info = requestInfo('GET', path, '');
    expect(info && authorisationVerb(info)).toBe(verb);
  });

  it.each([
    '/api/v1/namespaces/shop/pods/web-0/log',
    '/api/v1/namespaces/shop/pods/web-0/exec/more',
    '/api/v1/namespaces/shop/services/web/exec',
    '/apis/apps/v1/namespaces/shop/pods/web-0/exec',
    '/api/v1/namespaces/shop/pods//exec',
    '/exec',
  ])('%s is not one', (path) => {
    const info = requestInfo('GET', path, '');
    expect(info && streamSubresource(info)).toBeNull();
  });
});
