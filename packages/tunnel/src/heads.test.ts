import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RequestHead } from './head-types.ts';
import {
  encodeRequestHead,
  encodeResponseHead,
  InvalidAnswerError,
  InvalidHeadError,
  parseRequestHead,
  parseResponseHead,
} from './heads.ts';

const identity = { user: 'ada@example.org', groups: ['postern:admin', 'team:ops'] };
const http: RequestHead = {
  kind: 'http',
  cluster: 'c1',
  method: 'POST',
  path: '/api/v1/pods?x=%20y',
  headers: [
    ['accept', 'application/json'],
    ['x-latin', 'caf\u00e9\u00ff'],
    ['accept', 'text/plain'],
  ],
  identity,
};

function parsed(head: unknown) {
  return parseRequestHead(Buffer.from(JSON.stringify(head)));
}

describe('request heads', () => {
  it.each<RequestHead>([
    http,
    { ...http, kind: 'upgrade', headers: [['connection', 'upgrade']] },
    { ...http, identity: { ...identity, user: 'bob', impersonatedBy: 'postern:ada' } },
    { ...http, identity: { ...identity, extra: { 'example.org/team': ['a', ''] } } },
    { kind: 'tcp', cluster: 'c1', host: 'web.default.svc', port: 80, identity },
    { kind: 'tcp', cluster: 'c1', host: '::1', port: 65_535, identity },
    { kind: 'report', cluster: 'c1', report: { agentVersion: '1', instance: 'i', location: 'outside' } },
    {
      kind: 'report',
      cluster: 'c1',
      report: {
        agentVersion: '1',
        instance: 'i',
        location: 'in-cluster',
        kubernetes: { version: 'v1.34.1', platform: 'linux/amd64', nodes: { total: 3, ready: 2 } },
        capabilities: { impersonate: true, listNodes: false, bindings: 'created', metricsApi: true },
        problem: { code: 'x', message: 'y' },
      },
    },
  ])('carry $kind unchanged', (head) => {
    expect(parseRequestHead(encodeRequestHead(head))).toEqual({ ok: true, value: head });
  });

  it('carry the policy of an agent unchanged', () => {
    const policy = {
      readOnly: true,
      allowedGroups: ['oidc:*'],
      allowImpersonation: false,
      namespaces: ['shop'],
      allowProxy: false,
    };
    const capabilities = { impersonate: true, listNodes: true, bindings: 'present' as const, metricsApi: true, policy };
    const report = { agentVersion: '1', instance: 'i', location: 'outside' as const, capabilities };
    const head: RequestHead = { kind: 'report', cluster: 'c1', report };
    expect(parseRequestHead(encodeRequestHead(head))).toEqual({ ok: true, value: head });
  });

  it.each<[string, unknown]>([
    ['a head that is not an object', 'x'],
    ['an impersonator with a line break', { ...http, identity: { ...identity, impersonatedBy: 'a\nb' } }],
    ['two impersonators', { ...http, identity: { ...identity, impersonatedBy: ['a', 'b'] } }],
    ['an unknown kind', { ...http, kind: 'udp' }],
    ['no identity', { ...http, identity: undefined }],
    ['no user', { ...http, identity: { user: '', groups: [] } }],
    ['a user with a line break', { ...http, identity: { user: 'a\nb', groups: [] } }],
    ['a group with a NUL', { ...http, identity: { user: 'a', groups: ['\0'] } }],
    ['groups that are a string', { ...http, identity: { user: 'a', groups: 'system:masters' } }],
    ['a path without a slash', { ...http, path: 'api' }],
    ['an absolute URL', { ...http, path: 'http://169.254.169.254/' }],
    ['a path with a space', { ...http, path: '/a b' }],
    ['a path with a line break', { ...http, path: '/a\r\nHost: x' }],
    ['a path with a fragment', { ...http, path: '/a#b' }],
    ['a path beyond ASCII', { ...http, path: '/\u00e9' }],
    ['a method with a space', { ...http, method: 'GET /' }],
    ['a lower-case method', { ...http, method: 'get' }],
    ['an upper-case header name', { ...http, headers: [['Accept', 'x']] }],
    ['a header name with a colon', { ...http, headers: [['a:', 'x']] }],
    ['a header value with CR', { ...http, headers: [['a', 'x\ry']] }],
    ['a header value with LF', { ...http, headers: [['a', 'x\ny']] }],
    ['a header value with NUL', { ...http, headers: [['a', 'x\0y']] }],
    ['a header value above U+00FF', { ...http, headers: [['a', '\u0100']] }],
    ['headers as an object', { ...http, headers: { a: 'b' } }],
    ['a header value that is a number', { ...http, headers: [['a', 1]] }],
    ['a header of three', { ...http, headers: [['a', 'b', 'c']] }],
    ['port 0', { kind: 'tcp', cluster: 'c', host: 'h', port: 0, identity }],
    ['port 65536', { kind: 'tcp', cluster: 'c', host: 'h', port: 65_536, identity }],
    ['a host with a slash', { kind: 'tcp', cluster: 'c', host: 'h/x', port: 1, identity }],
    ['an empty cluster', { ...http, cluster: '' }],
  ])('refuse %s', (_name, head) => {
    expect(parsed(head).ok).toBe(false);
  });

  it('name the invalid field without quoting its value', () => {
    const result = parsed({ ...http, headers: [['authorization', 'secret\n']] });
    expect(result).toMatchObject({ ok: false, reason: expect.stringContaining('headers.0.1') });
    expect(JSON.stringify(result)).not.toContain('secret');
  });

  it('say what is wrong with a head that has no fields', () => {
    const malformed = { ok: false, reason: expect.stringMatching(/^the head's form is not valid: /) };
    expect(parsed('x')).toEqual(malformed);
    expect(parseResponseHead(Buffer.from('null'))).toEqual(malformed);
    const notJson = { ok: false, reason: 'the head is not JSON' };
    expect(parseRequestHead(Buffer.from('{'))).toEqual(notJson);
    expect(parseResponseHead(Buffer.alloc(0))).toEqual(notJson);
  });

  it('treat __proto__ as an ordinary name', () => {
    const text = `{"kind":"tcp","cluster":"c","host":"h","port":1,"identity":{"user":"u","groups":[],"extra":{"__proto__":["x"]}},"__proto__":{"kind":"http"}}`;
    const result = parseRequestHead(Buffer.from(text));
    expect(result.ok && result.value.kind).toBe('tcp');
    expect(({} as Record<string, unknown>)['kind']).toBeUndefined();
    const extra = result.ok && result.value.kind === 'tcp' ? result.value.identity.extra : undefined;
    expect([Object.prototype, null]).toContain(Object.getPrototypeOf(extra));
  });

  it('never throw, for any bytes and any JSON', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(typeof parseRequestHead(bytes).ok).toBe('boolean');
        expect(typeof parseResponseHead(bytes).ok).toBe('boolean');
      }),
    );
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseRequestHead(Buffer.from(text)).ok).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('are not sent when malformed', () => {
    expect(() => encodeRequestHead({ ...http, path: '/a\nb' })).toThrow('path');
    expect(() => encodeResponseHead({ status: 99, headers: [] })).toThrow('status');
    expect(() => encodeResponseHead({ status: 99, headers: [] })).toThrow(InvalidHeadError);
  });

  it('have errors that a log can tell apart by name', () => {
    expect([new InvalidHeadError('x').name, new InvalidAnswerError('x').name]).toEqual([
      'InvalidHeadError',
      'InvalidAnswerError',
    ]);
  });
});

describe('response heads', () => {
  it('carry status and headers unchanged', () => {
    const head = {
      status: 101,
      headers: [['set-cookie', 'a'] as [string, string], ['set-cookie', 'b'] as [string, string]],
    };
    expect(parseResponseHead(encodeResponseHead(head))).toEqual({ ok: true, value: head });
  });

  it.each([99, 600, 200.5, '200', null])('refuse status %s', (status) => {
    expect(parseResponseHead(Buffer.from(JSON.stringify({ status, headers: [] }))).ok).toBe(false);
  });
});

describe('a string of a report', () => {
  const report = { agentVersion: '1', instance: 'i', location: 'outside' };
  const withText: Record<string, (value: string) => object> = {
    agentVersion: (value) => ({ ...report, agentVersion: value }),
    instance: (value) => ({ ...report, instance: value }),
    'kubernetes.version': (value) => ({
      ...report,
      kubernetes: { version: value, platform: 'linux', nodes: { total: 1, ready: 1 } },
    }),
    'problem.code': (value) => ({ ...report, problem: { code: value, message: 'm' } }),
    'problem.message': (value) => ({ ...report, problem: { code: 'c', message: value } }),
  };

  it.each(Object.keys(withText))('in %s has no characters that a database or a log cannot hold', (field) => {
    const read = (value: string) => parsed({ kind: 'report', cluster: 'c1', report: withText[field]?.(value) });
    for (const character of ['\u0000', '\u0007', '\n', '\u001b', '\u007f', '\u0085', '\u2028', '\ud800', '\udfff'])
      for (const value of [character, `a${character}`, `${character}a`]) {
        expect(read(value)).toMatchObject({ ok: false, reason: expect.stringContaining(field) });
      }
    expect(read('é 😀').ok).toBe(true);
  });
});
