import type { RequestHead } from '@postern/tunnel';
import { describe, expect, it } from 'vitest';
import { alice, openPolicy as open } from '../test/serving.ts';
import { decide } from './policy.ts';

type Head = RequestHead & { kind: 'http' | 'upgrade' };
const head = (changes: Partial<Head>): RequestHead =>
  ({
    kind: 'http',
    cluster: 'c',
    method: 'GET',
    path: '/api/v1/pods',
    headers: [],
    identity: alice,
    ...changes,
  }) as RequestHead;
const refusal = (changes: Partial<Head>, policy = open) => decide(head(changes), policy).refused;
const execPath = '/api/v1/namespaces/n/pods/p/exec';
const upgrade = (name: string): [string, string][] => [
  ['connection', 'upgrade'],
  ['upgrade', name],
];

describe('what the agent refuses, whatever the gateway sends', () => {
  const identity = (value: unknown): Partial<Head> => ({ identity: value as Head['identity'] });
  it.each<[string, Partial<Head>]>([
    ['no identity', identity(undefined)],
    ['an empty user', identity({ user: '', groups: ['postern:viewer'] })],
    ['a user of the system', identity({ user: 'system:admin', groups: ['postern:viewer'] })],
    ['a user of the system in disguise', identity({ user: 'postern:system:admin', groups: ['postern:viewer'] })],
    ['a service account', identity({ user: 'system:serviceaccount:kube-system:x', groups: ['postern:viewer'] })],
    ['a user that is not ours', identity({ user: 'alice', groups: ['postern:viewer'] })],
    [
      'a user with a line break',
      identity({ user: 'postern:a\r\nImpersonate-Group: system:masters', groups: ['postern:viewer'] }),
    ],
    ['two users', identity({ user: ['postern:a', 'postern:b'], groups: ['postern:viewer'] })],
    ['no group', identity({ user: 'postern:a', groups: [] })],
    ['system:masters', identity({ user: 'postern:a', groups: ['postern:viewer', 'system:masters'] })],
    ['a group that is not ours', identity({ user: 'postern:a', groups: ['developers'] })],
    ['two groups in one', identity({ user: 'postern:a', groups: ['postern:viewer,postern:admin'] })],
    ['extra fields', identity({ ...alice, extra: { scopes: ['x'] } })],
    ['Impersonate-User', { headers: [['impersonate-user', 'system:admin']] }],
    ['Impersonate_User', { headers: [['impersonate_user', 'system:admin']] }],
    ['Impersonate-Extra', { headers: [['impersonate-extra-scopes', 'x']] }],
    ['X-Remote-User', { headers: [['x-remote-user', 'x']] }],
    ['a Connection header that names an identity', { headers: [['connection', 'close, Impersonate-User']] }],
    ['Authorization', { headers: [['authorization', 'Bearer x']] }],
    ['a cookie', { headers: [['cookie', 'a=b']] }],
    ['CONNECT', { method: 'CONNECT' }],
    ['TRACE', { method: 'TRACE' }],
    ['an absolute URL', { path: 'http://169.254.169.254/' }],
    ['a dot segment', { path: '/api/v1/../../secrets' }],
    ['an encoded slash', { path: '/api/v1/namespaces/a%2f..%2fb/pods' }],
    ['a doubly encoded dot', { path: '/api/%252e%252e/x' }],
    ['an empty segment', { path: '//evil/api' }],
    ['a backslash', { path: '/api\\v1' }],
    ['an encoded NUL', { path: '/api/v1/pods%00' }],
    ['an incomplete path', { path: '/api/v1/watch' }],
    ['an upgrade on another path', { kind: 'upgrade', path: '/api/v1/pods', headers: upgrade('websocket') }],
    [
      'an upgrade of a node’s proxy',
      { kind: 'upgrade', path: '/api/v1/nodes/n/proxy/exec', headers: upgrade('websocket') },
    ],
    ['a watch by SPDY', { kind: 'upgrade', path: '/api/v1/pods?watch=1', headers: upgrade('SPDY/3.1') }],
    ['a log by SPDY', { kind: 'upgrade', path: '/api/v1/namespaces/a/pods/p/log', headers: upgrade('SPDY/3.1') }],
    ['a watch by POST', { kind: 'upgrade', method: 'POST', path: '/api/v1/watch/pods', headers: upgrade('websocket') }],
    ['h2c', { kind: 'upgrade', path: execPath, headers: upgrade('h2c') }],
    ['a list of upgrades', { kind: 'upgrade', path: execPath, headers: upgrade('websocket, h2c') }],
    ['two upgrades', { kind: 'upgrade', path: execPath, headers: [...upgrade('websocket'), ['upgrade', 'SPDY/3.1']] }],
    ['no upgrade', { kind: 'upgrade', path: execPath, headers: [] }],
    ['an upgrade by PUT', { kind: 'upgrade', method: 'PUT', path: execPath, headers: upgrade('websocket') }],
  ])('%s', (_what, changes) => {
    expect(refusal(changes)).toEqual(expect.any(String));
  });

  it('tcp streams', () => {
    expect(decide({ kind: 'tcp', cluster: 'c', host: 'db', port: 5432, identity: alice }, open).refused).toMatch(/tcp/);
  });
});

describe('the reason of a refusal', () => {
  const execUpgrades = 'this request may be upgraded to websocket and SPDY/3.1 only';
  it.each<[string, Partial<Head>]>([
    ["the request's identity is not accepted: there is no group", { identity: { ...alice, groups: [] } }],
    ['the method is not allowed', { method: 'TRACE' }],
    ['identity headers are not taken from the tunnel', { headers: [['impersonate-user', 'x']] }],
    ['credentials are not taken from the tunnel', { headers: [['authorization', 'Bearer x']] }],
    ['it is not clear what the path asks for', { path: '/api/v1/watch' }],
    ['the Content-Length is not one number', { method: 'POST', headers: [['content-length', '1, 2']] }],
    [
      'only exec, attach, port-forward, watches and logs of pods may be upgraded',
      { kind: 'upgrade', headers: upgrade('websocket') },
    ],
    [
      'this request may be upgraded to websocket only',
      { kind: 'upgrade', path: '/api/v1/pods?watch=1', headers: upgrade('SPDY/3.1') },
    ],
    [execUpgrades, { kind: 'upgrade', path: execPath, headers: upgrade('h2c') }],
    [execUpgrades, { kind: 'upgrade', path: execPath, headers: [] }],
  ])('is: %s', (reason, changes) => {
    expect(decide(head(changes), open)).toEqual({ refused: reason });
  });
});

describe('what the agent allows', () => {
  it.each<[string, Partial<Head>]>([
    ['discovery', { path: '/apis' }],
    ['a list', {}],
    ['a write', { method: 'PATCH', path: '/apis/apps/v1/namespaces/n/deployments/d' }],
    ['an exec by WebSocket', { kind: 'upgrade', path: execPath, headers: upgrade('websocket') }],
    ['a watch by WebSocket', { kind: 'upgrade', path: '/api/v1/pods?watch=1', headers: upgrade('websocket') }],
    [
      'a log by WebSocket',
      { kind: 'upgrade', path: '/api/v1/namespaces/a/pods/p/log?follow=1', headers: upgrade('websocket') },
    ],
    ['an exec by SPDY', { kind: 'upgrade', method: 'POST', path: execPath, headers: upgrade('SPDY/3.1') }],
  ])('%s', (_what, changes) => {
    expect(refusal(changes)).toBeUndefined();
  });

  it('an upgrade, in the form that goes to the apiserver', () => {
    expect(decide(head({ kind: 'upgrade', path: execPath, headers: upgrade('WebSocket') }), open)).toEqual({
      kind: 'upgrade',
      method: 'GET',
      path: execPath,
      protocol: 'websocket',
      headers: [
        ['impersonate-user', alice.user],
        ['impersonate-group', 'postern:editor'],
        ['impersonate-group', 'postern:viewer'],
      ],
    });
  });

  it('only known headers', () => {
    const decision = decide(
      head({
        headers: [
          ['accept', 'a'],
          ['__proto__', 'x'],
          ['x-forwarded-for', '1'],
          ['te', 'trailers'],
          ['transfer-encoding', 'chunked'],
        ],
      }),
      open,
    );
    if (decision.refused !== undefined) throw new Error(decision.refused);
    expect(decision.headers.map(([name]) => name)).toEqual([
      'accept',
      'impersonate-user',
      'impersonate-group',
      'impersonate-group',
    ]);
  });
});

describe('read-only mode', () => {
  const readOnly = { ...open, readOnly: true };
  it('allows reads', () => {
    expect(refusal({}, readOnly)).toBeUndefined();
    expect(refusal({ path: '/api/v1/pods?watch=1' }, readOnly)).toBeUndefined();
    expect(refusal({ path: '/version' }, readOnly)).toBeUndefined();
    expect(refusal({ path: '/api/v1/namespaces/n/pods/p/log' }, readOnly)).toBeUndefined();
  });

  it.each<[string, Partial<Head>]>([
    ['create', { method: 'POST' }],
    ['delete', { method: 'DELETE', path: '/api/v1/namespaces/n/pods/p' }],
    ['exec by GET', { kind: 'upgrade', path: execPath, headers: upgrade('websocket') }],
    ['a service’s proxy', { path: '/api/v1/proxy/namespaces/n/services/s' }],
  ])('refuses %s', (_what, changes) => {
    expect(refusal(changes, readOnly)).toMatch(/read-only/);
  });
});
