import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  claimsIdentity,
  headerPairs,
  passRequestHeaders,
  passResponseHeaders,
  passUpgradeRequestHeaders,
  passUpgradeResponseHeaders,
  upgradeProtocol,
} from './headers.ts';

describe('request headers', () => {
  it('passes what kubectl needs and nothing else', () => {
    const passed = passRequestHeaders(
      headerPairs([
        'Host',
        'gateway',
        'Accept',
        'application/json',
        'Content-Type',
        'application/json',
        'Content-Length',
        '2',
        'Authorization',
        'Bearer canary',
        'Cookie',
        'canary',
        'X-Forwarded-For',
        '1.2.3.4',
        'X-Remote-User',
        'root',
        'Transfer-Encoding',
        'chunked',
        'TE',
        'trailers',
        'Upgrade',
        'h2c',
        'Kubectl-Command',
        'kubectl get',
      ]),
    );
    expect(passed).toEqual([
      ['accept', 'application/json'],
      ['content-type', 'application/json'],
      ['content-length', '2'],
      ['kubectl-command', 'kubectl get'],
    ]);
  });

  it('drops what Connection names, also in a second line and in odd case', () => {
    const headers = headerPairs([
      'Accept',
      'a',
      'Connection',
      'close, ACCEPT',
      'connection',
      'If-Match',
      'If-Match',
      'x',
      'User-Agent',
      'k',
    ]);
    expect(passRequestHeaders(headers)).toEqual([['user-agent', 'k']]);
  });

  it('keeps lines apart: SPDY names each protocol version in its own', () => {
    const headers = headerPairs([
      'X-Stream-Protocol-Version',
      'v5.channel.k8s.io',
      'X-Stream-Protocol-Version',
      'v4.channel.k8s.io',
    ]);
    expect(passUpgradeRequestHeaders(headers)).toEqual([
      ['x-stream-protocol-version', 'v5.channel.k8s.io'],
      ['x-stream-protocol-version', 'v4.channel.k8s.io'],
    ]);
  });

  it.each(['a\r\nImpersonate-User: x', 'a\nb', 'a\u0000', 'a\u0100'])('drops the value %j', (value) => {
    expect(passRequestHeaders([['accept', value]])).toEqual([]);
  });

  it('never passes an identity, a credential or a hop-by-hop header, whatever comes', () => {
    const name = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'Impersonate-User',
        'impersonate-group',
        'Impersonate_User',
        'AUTHORIZATION',
        'cookie',
        'Connection',
        '__proto__',
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string())), (headers) => {
        for (const [passed] of [...passRequestHeaders(headers), ...passUpgradeRequestHeaders(headers)]) {
          expect(passed).not.toMatch(
            /^(impersonate|authorization|cookie|connection|upgrade|x-remote|transfer-encoding)/i,
          );
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('claimsIdentity', () => {
  it.each([
    'Impersonate-User',
    'impersonate-group',
    'IMPERSONATE-UID',
    'Impersonate-Extra-scopes',
    'Impersonate_User',
    'X-Remote-Group',
  ])('sees %s', (name) => {
    expect(claimsIdentity([[name, 'x']])).toBe(true);
  });
  it('sees one that is hidden in Connection', () => {
    expect(claimsIdentity([['connection', 'keep-alive, Impersonate-User']])).toBe(true);
  });
  it('lets an ordinary request be', () => {
    expect(
      claimsIdentity([
        ['accept', 'x'],
        ['connection', 'keep-alive'],
      ]),
    ).toBe(false);
  });
});

describe('response headers', () => {
  it('strips cookies, places to go, and upstream hop-by-hop headers', () => {
    const passed = passResponseHeaders(
      headerPairs([
        'Content-Type',
        'text/html',
        'Set-Cookie',
        'a=b',
        'Location',
        'http://x',
        'Connection',
        'close',
        'Warning',
        '299 - "x"',
        'Strict-Transport-Security',
        'max-age=0',
        'Access-Control-Allow-Origin',
        '*',
      ]),
    );
    expect(passed).toEqual([
      ['content-type', 'text/html'],
      ['warning', '299 - "x"'],
    ]);
  });
  it('keeps the handshake of an upgrade', () => {
    expect(
      passUpgradeResponseHeaders([
        ['sec-websocket-accept', 'x'],
        ['set-cookie', 'a'],
        ['upgrade', 'websocket'],
      ]),
    ).toEqual([['sec-websocket-accept', 'x']]);
  });
});

describe('upgradeProtocol', () => {
  it.each([
    ['websocket', 'websocket'],
    ['WebSocket', 'websocket'],
    ['SPDY/3.1', 'SPDY/3.1'],
    ['spdy/3.1', 'SPDY/3.1'],
    ['h2c', null],
    ['websocket, h2c', null],
    ['SPDY/3', null],
    ['', null],
    [undefined, null],
  ])('%j is %j', (value, protocol) => {
    expect(upgradeProtocol(value)).toBe(protocol);
  });
});
