import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  apiDocumentationPolicy,
  contentSecurityPolicy,
  inlineScriptHashes,
  ownHosts,
} from './content-security-policy.ts';

/** The sources of each directive. */
function read(policy: string): Map<string, string[]> {
  const directives = policy.split('; ').map((directive) => directive.split(' '));
  return new Map(directives.map(([name = '', ...sources]) => [name, sources]));
}

/** Directives for content that runs or is rendered. Not `connect-src`, by which the dashboard queries clusters. */
const active = ['default-src', 'script-src', 'worker-src', 'style-src', 'font-src', 'img-src'];

describe.each([
  ['the dashboard', contentSecurityPolicy({ hosts: ['gateway.example:8443'], scripts: [] })],
  ['an asset for two hosts', contentSecurityPolicy({ hosts: ['a.example', 'b.example'], scripts: ["'sha256-x'"] })],
  ['the documentation', apiDocumentationPolicy(['gateway.example'])],
])('the policy of %s', (_name, policy) => {
  it('allows no active content from /k8s/', () => {
    for (const [name, sources] of read(policy)) {
      if (!active.includes(name)) continue;
      for (const source of sources) {
        expect(source).not.toMatch(/^'self'$|^\*|^https?:$|blob:|'unsafe-eval'|'strict-dynamic'/);
        if (!source.startsWith("'") && source !== 'data:')
          expect(source).toMatch(/^[a-z0-9.:-]+\/(?:_next\/static\/|theme\.js|icon\.svg|api\/docs\/)$/);
      }
    }
    expect(read(policy).get('script-src')).not.toContain("'unsafe-inline'");
  });
  it('leaves no directive to a permissive default', () => {
    const directives = read(policy);
    expect(directives.get('default-src')).toEqual(["'none'"]);
    for (const name of ['object-src', 'base-uri', 'form-action', 'frame-ancestors']) {
      expect(directives.get(name)).toEqual(["'none'"]);
    }
  });
});

it("names the hashes of the page's inline scripts in script-src", () => {
  const hashes = inlineScriptHashes('<script>a()</script><script src="/x.js"></script><SCRIPT id=b>b()</SCRIPT >');
  expect(hashes).toHaveLength(2);
  expect(read(contentSecurityPolicy({ hosts: ['a.example'], scripts: hashes })).get('script-src')).toEqual([
    'a.example/_next/static/',
    'a.example/theme.js',
    ...hashes,
  ]);
});

describe('the inline scripts of a page', () => {
  const hashOf = (script: string) => `'sha256-${createHash('sha256').update(Buffer.from(script)).digest('base64')}'`;
  it.each([
    ['with line breaks and tabs', '<script>\n\ta();\r\n</script>', ['\n\ta();\r\n']],
    ['with characters beyond ASCII', "<script>a('é€😀')</script>", ["a('é€😀')"]],
    ['with attributes', '<script id="x" data-src="/x.js">a()</script>', ['a()']],
    ['that repeat', '<script>a()</script><script>b()</script><script>a()</script>', ['a()', 'b()']],
  ])('include those %s', (_name, page, scripts) => {
    expect(inlineScriptHashes(page)).toEqual(scripts.map(hashOf));
  });
  it.each([
    '<script></script>',
    '<script src="/x.js">a()</script>',
    '<script async SRC = "/x.js">a()</script>',
    '<script\nsrc\t=/x.js>a()</script>',
  ])('do not include empty and external ones: %j', (page) => expect(inlineScriptHashes(page)).toEqual([]));
});

describe('the hosts of a policy', () => {
  const scripts = (hosts: string[]) => read(contentSecurityPolicy({ hosts, scripts: [] })).get('worker-src');
  it('are the requested host and the public one', () => {
    expect(ownHosts({ host: 'LOCALHOST:8443' }, 'https://gateway.example')).toEqual([
      'localhost:8443',
      'gateway.example',
    ]);
    expect(ownHosts({ ':authority': 'gateway.example' }, 'https://gateway.example')).toEqual(['gateway.example']);
    expect(ownHosts({}, 'https://gateway.example:443')).toEqual(['', 'gateway.example']);
  });
  it.each([
    "x'; script-src *",
    'a b',
    'a,b',
    'a/k8s/',
    '*',
    '*.example',
    'a:b',
    '',
    'a[::1]',
    '[::1]a',
    '[::1]:',
    '[::1]:123456',
  ])('are left out when invalid: %j', (host) => {
    expect(scripts([host, 'gateway.example'])).toEqual(['gateway.example/_next/static/']);
  });
  it.each(['[::1]', '[::1]:8443', '[2001:db8::192.0.2.1]:1'])(
    "may be an IPv6 literal, for which the only source is 'self': %s",
    (host) => expect(scripts([host])).toEqual(["'self'"]),
  );
});
