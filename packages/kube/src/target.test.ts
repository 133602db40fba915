import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTarget } from './target.ts';

const hostile: [raw: string, why: string][] = [
  ['', 'must be a path'],
  ['*', 'must be a path'],
  ['api/v1', 'must be a path'],
  ['http://169.254.169.254/', 'must be a path'],
  ['//evil/api', 'an empty segment'],
  ['/api//v1/pods', 'an empty segment'],
  ['/api/v1/../secrets', 'a dot segment'],
  ['/api/v1/./pods', 'a dot segment'],
  ['/api/v1/..', 'a dot segment'],
  ['/api/v1/%2e%2e/secrets', 'a dot segment'],
  ['/api/v1/%2E/pods', 'a dot segment'],
  ['/api/v1/.%2e/pods', 'a dot segment'],
  ['/api/v1/pods%2fweb', 'separator or control character'],
  ['/api/v1/pods%2Fweb', 'separator or control character'],
  ['/api/v1/%252e%252e/pods', 'separator or control character'],
  ['/api/v1/%5c..%5c', 'separator or control character'],
  ['/api\\v1\\pods', 'a backslash, a semicolon or a fragment'],
  ['/api/v1/pods;x=1', 'a backslash, a semicolon or a fragment'],
  ['/api/v1/pods%3bx', 'separator or control character'],
  ['/api/v1/pods%00', 'separator or control character'],
  ['/api/v1/pods%0d%0aImpersonate-User:x', 'separator or control character'],
  ['/api/v1/pods%7f', 'separator or control character'],
  ['/api/v1/pods#x', 'a backslash, a semicolon or a fragment'],
  ['/api/v1/pods?x#y', 'URL has a fragment'],
  ['/api/v1/pods%23', 'separator or control character'],
  ['/api/v1/pods%3fwatch=1', 'separator or control character'],
  ['/api/v1/p%zz', 'not valid percent-encoded UTF-8'],
  ['/api/v1/p%ff', 'not valid percent-encoded UTF-8'],
  ['/api/v1/p%c0%ae', 'not valid percent-encoded UTF-8'],
  ['/api/v1/é', 'must be percent-encoded'],
  ['/api/v1/a b', 'must be percent-encoded'],
  ['/api/v1/a\tb', 'must be percent-encoded'],
];

describe('parseTarget', () => {
  it.each(hostile)('refuses %j: %s', (raw, why) => {
    expect(parseTarget(raw).refused).toContain(why);
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
  ])('accepts %s', (raw, path, query) => {
    expect(parseTarget(raw).target).toEqual({ raw, path, query });
  });

  it('accepts 32,768 characters, and no more', () => {
    const longest = `/${'a'.repeat(32_767)}`;
    expect(parseTarget(longest).target?.path).toBe(longest);
    expect(parseTarget(`${longest}a`).refused).toBe('the URL is too long');
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
