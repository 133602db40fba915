import type { HeaderPairs } from '@postern/kube';
import { describe, expect, it } from 'vitest';
import { classify } from '../access/classify.ts';
import { refusal } from '../access/refusal.ts';
import type { Credential, Principal } from '../identity/principal.ts';
import { readAddress } from './address.ts';
import { sanitise, sanitiseUpgrade } from './sanitise.ts';

function principalWith(kind: Credential['kind']): Principal {
  const credential = { kind, id: kind, clusterId: null, expiresAt: new Date(0), scopes: null };
  return { userId: 'ada', username: 'ada@example.com', credential, memberships: [] };
}

const pod = '/api/v1/namespaces/a/pods/p';

function upgrade(
  headers: HeaderPairs,
  { method = 'GET', path = `${pod}/exec?command=sh`, kind = 'api' as const } = {},
) {
  const { info } = classify(method, readAddress(path).target);
  return sanitiseUpgrade(headers, principalWith(kind), { method, info });
}

const claim: HeaderPairs = [['impersonate-user', 'root']];
const refusedClaim = refusal(
  403,
  'Impersonation (--as, --as-group) is not available through Postern: you always act as yourself, at your own level.',
);
const toWebSocket: HeaderPairs[number] = ['upgrade', 'websocket'];

describe('a plain request', () => {
  const headers: HeaderPairs = [
    ['user-agent', 'Mozilla/5.0'],
    ['cookie', 'session=1'],
    ['accept', 'application/json'],
  ];

  it('of a program keeps its user agent', () => {
    expect(sanitise(headers, principalWith('api'))).toEqual([
      ['user-agent', 'Mozilla/5.0'],
      ['accept', 'application/json'],
    ]);
  });

  it('of a browser gets another user agent, and keeps its other headers', () => {
    expect(sanitise(headers, principalWith('browser'))).toEqual([
      ['accept', 'application/json'],
      ['user-agent', 'postern-dashboard'],
    ]);
  });

  it('may not claim an identity', () => {
    expect(() => sanitise(claim, principalWith('api'))).toThrow(refusedClaim);
  });
});

describe('an upgrade', () => {
  it('gets the headers of an upgrade after those that are passed on', () => {
    const headers: HeaderPairs = [
      ['upgrade', 'spdy/3.1'],
      ['cookie', 'session=1'],
      ['user-agent', 'kubectl'],
    ];
    expect(upgrade(headers)).toEqual([
      ['user-agent', 'kubectl'],
      ['connection', 'Upgrade'],
      ['upgrade', 'SPDY/3.1'],
    ]);
  });

  it('may not claim an identity', () => {
    expect(() => upgrade([toWebSocket, ...claim])).toThrow(refusedClaim);
  });

  it.each<[string, HeaderPairs]>([
    ['names no protocol', []],
    ['names another protocol', [['upgrade', 'h2c']]],
    ['names two protocols', [toWebSocket, toWebSocket]],
  ])('that %s is refused', (_, headers) => {
    expect(() => upgrade(headers)).toThrow(refusal(400, 'Only upgrades to WebSocket and SPDY/3.1 are supported.'));
  });

  it('to a stream is refused with another method than GET or POST', () => {
    const refused = refusal(405, 'A stream is opened with GET or POST.');
    expect(() => upgrade([toWebSocket], { method: 'PUT' })).toThrow(refused);
  });

  it.each([
    ['websocket', 'GET', '/api/v1/pods'],
    ['SPDY/3.1', 'GET', `${pod}/log`],
    ['websocket', 'DELETE', '/api/v1/pods'],
  ])('to %s for %s %s is refused', (protocol, method, path) => {
    expect(() => upgrade([['upgrade', protocol]], { method, path })).toThrow(
      refusal(
        400,
        'Exec, attach and portforward of a pod can be upgraded; watches and logs of a pod to WebSocket, with GET.',
      ),
    );
  });

  it.each([
    ['content-length', '1'],
    ['content-length', '00'],
    ['transfer-encoding', 'chunked'],
  ])('with "%s: %s" is refused, because it announces a body', (name, value) => {
    const refused = refusal(400, 'A request to upgrade cannot have a body.');
    expect(() => upgrade([toWebSocket, [name, value]])).toThrow(refused);
  });

  it.each(['0', ' 0 '])('may have the length "%s"', (length) => {
    expect(upgrade([toWebSocket, ['content-length', length]])).toEqual([['connection', 'Upgrade'], toWebSocket]);
  });
});
