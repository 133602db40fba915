import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTarget } from './target.ts';

const hostile = [
  '',
  '*',
  'api/v1',
  'http://169.254.169.254/',
  '//evil/api',
  '/api//v1/pods',
  '/api/v1/../secrets',
  '/api/v1/./pods',
  '/api/v1/..',
  '/api/v1/%2e%2e/secrets',
  '/api/v1/%2E/pods',
  '/api/v1/.%2e/pods',
  '/api/v1/pods%2fweb',
  '/api/v1/pods%2Fweb',
  '/api/v1/%252e%252e/pods',
  '/api/v1/%5c..%5c',
  '/api\\v1\\pods',
  '/api/v1/pods;x=1',
  '/api/v1/pods%3bx',
  '/api/v1/pods%00',
  '/api/v1/pods%0d%0aImpersonate-User:x',
  '/api/v1/pods%7f',
  '/api/v1/pods#x',
  '/api/v1/pods?x#y',
  '/api/v1/pods%23',
  '/api/v1/pods%3fwatch=1',
  '/api/v1/p%zz',
  '/api/v1/p%ff',
  '/api/v1/p%c0%ae',
  '/api/v1/é',
  '/api/v1/a b',
  '/api/v1/a\tb',
  `/${'a'.repeat(40_000)}`,
];

describe('parseTarget', () => {
  it.each(hostile)('refuses %j', (raw) => {
    expect(parseTarget(raw).refused).toBeTypeOf('string');
  });

  it.each([
    ['/', '/', ''],
    ['/version', '/version', ''],
    ['/api/v1/pods/', '/api/v1/pods/', ''],
    ['/api/v1/pods?watch=1&labelSelector=a%2Fb%3Dc', '/api/v1/pods', 'watch=1&labelSelector=a%2Fb%3Dc'],
    [
      '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode',
      '/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node',
      '',
    ],
    ['/api/v1/namespaces/a/services/x:443/proxy/', '/api/v1/namespaces/a/services/x:443/proxy/', ''],
    [
      '/api/v1/namespaces/a/pods/p/exec?command=ls&command=..%2f..',
      '/api/v1/namespaces/a/pods/p/exec',
      'command=ls&command=..%2f..',
    ],
  ])('takes %s', (raw, path, query) => {
    expect(parseTarget(raw).target).toEqual({ raw, path, query });
  });

  it('never throws, and never lets a dot segment or an empty segment through', () => {
    const piece = fc.constantFrom('/', '.', '%2e', '%2f', '%25', '\\', ';', 'a', '%00', '?', '#', 'é', '%c3%a9', '\n');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => `/${pieces.join('')}`),
        ),
        (raw) => {
          const { target } = parseTarget(raw);
          if (target === undefined) return;
          const segments = target.path.split('/').slice(1, -1);
          expect(segments).not.toContain('');
          expect(target.path.split('/')).not.toContain('..');
          expect(target.path.split('/')).not.toContain('.');
          expect(decodeURIComponent(new URL(target.raw, 'https://host').pathname)).toBe(target.path);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
