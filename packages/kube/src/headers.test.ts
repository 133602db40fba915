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

  it('drops what Connection names, also on a second line and in any case', () => {
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

  it('does not drop what other headers name', () => {
    const headers = headerPairs(['Accept', 'user-agent, if-match', 'User-Agent', 'k', 'If-Match', 'x']);
    expect(passRequestHeaders(headers)).toEqual([
      ['accept', 'user-agent, if-match'],
      ['user-agent', 'k'],
      ['if-match', 'x'],
    ]);
  });

  it('passes only the first line of a single-valued field, and all lines of others', () => {
    const headers = headerPairs(['Content-Type', 'a', 'Accept', 'x', 'CONTENT-TYPE', 'b', 'Range', 'c', 'Accept', 'y']);
    expect(passRequestHeaders(headers)).toEqual([
      ['content-type', 'a'],
      ['accept', 'x'],
      ['range', 'c'],
      ['accept', 'y'],
    ]);
  });

  it.each([
    ['base64url.bearer.authorization.k8s.io.Y2FuYXJ5', []],
    ['base64url.bearer.authorization.k8s.io.Y2FuYXJ5, v4.channel.k8s.io', ['v4.channel.k8s.io']],
    [
      'v5.channel.k8s.io, base64url.bearer.authorization.k8s.io.Y2FuYXJ5,v4.channel.k8s.io',
      ['v5.channel.k8s.io,v4.channel.k8s.io'],
    ],
    ['v5.channel.k8s.io, v4.channel.k8s.io', ['v5.channel.k8s.io, v4.channel.k8s.io']],
  ])('removes bearer tokens from the subprotocols %j', (value, passed) => {
    expect(passUpgradeRequestHeaders([['sec-websocket-protocol', value]])).toEqual(
      passed.map((kept) => ['sec-websocket-protocol', kept]),
    );
  });

  it('looks for bearer tokens in subprotocols only', () => {
    const command: [string, string] = ['kubectl-command', 'base64url.bearer.authorization.k8s.io.x'];
    expect(passUpgradeRequestHeaders([command])).toEqual([command]);
  });

  it('are read in pairs, with lower-case names and without pseudo-headers of HTTP/2', () => {
    expect(headerPairs([':path', '/', 'Host', 'Gateway', 'X-A', ':b'])).toEqual([
      ['host', 'Gateway'],
      ['x-a', ':b'],
    ]);
  });

  it('keeps lines separate: SPDY has one for each protocol version', () => {
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

  it('never passes an identity, a credential or a hop-by-hop header, whatever the input', () => {
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
  ])('detects %s', (name) => {
    expect(claimsIdentity([[name, 'x']])).toBe(true);
  });
  it('detects one hidden in Connection', () => {
    expect(claimsIdentity([['connection', 'keep-alive, Impersonate-User']])).toBe(true);
  });
  it('detects one among others', () => {
    expect(
      claimsIdentity([
        ['accept', 'x'],
        ['impersonate-user', 'x'],
      ]),
    ).toBe(true);
  });
  it.each<[string, string]>([
    ['accept', 'impersonate-user'],
    ['x-impersonate-user', 'x'],
    ['impersonate', 'x'],
  ])('detects none in %s: %s', (name, value) => {
    expect(claimsIdentity([[name, value]])).toBe(false);
  });
  it('detects none in an ordinary request', () => {
    expect(
      claimsIdentity([
        ['accept', 'x'],
        ['connection', 'keep-alive'],
      ]),
    ).toBe(false);
  });
});

describe('response headers', () => {
  it('strips cookies, redirects and hop-by-hop headers', () => {
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

describe('the allow-list', () => {
  const lists: [of: string, pass: typeof passRequestHeaders, names: string][] = [
    [
      'a request',
      passRequestHeaders,
      `accept accept-encoding accept-language content-encoding content-length content-type if-match if-modified-since
       if-none-match if-unmodified-since kubectl-command kubectl-session range user-agent`,
    ],
    [
      'a request for an upgrade',
      passUpgradeRequestHeaders,
      `origin kubectl-command kubectl-session sec-websocket-extensions sec-websocket-key sec-websocket-protocol
       sec-websocket-version user-agent x-stream-protocol-version`,
    ],
    [
      'a response',
      passResponseHeaders,
      `accept-ranges age allow audit-id cache-control content-disposition content-encoding content-language content-length
       content-range content-type date etag expires last-modified retry-after vary warning
       x-accepted-stream-protocol-versions x-kubernetes-pf-flowschema-uid x-kubernetes-pf-prioritylevel-uid`,
    ],
    [
      'a response that switches protocols',
      passUpgradeResponseHeaders,
      'date sec-websocket-accept sec-websocket-extensions sec-websocket-protocol x-stream-protocol-version',
    ],
  ];
  const all = new Set(lists.flatMap(([, , names]) => names.split(/\s+/)));

  it.each(lists)('of %s has exactly these names', (_, pass, names) => {
    const passed = pass([...all].map((name) => [name, 'x']));
    expect(passed.map(([name]) => name).toSorted()).toEqual(names.split(/\s+/).toSorted());
  });

  it.each(lists)('of %s passes only one line of single-valued fields', (_, pass, names) => {
    const single =
      /^(content-(encoding|length|type)|if-(un)?modified-since|origin|range|sec-websocket-(key|version)|user-agent)$/;
    for (const name of names.split(/\s+/)) {
      const passed = pass([
        [name, 'x'],
        [name, 'y'],
      ]);
      expect(passed, name).toHaveLength(single.test(name) ? 1 : 2);
    }
  });
});
