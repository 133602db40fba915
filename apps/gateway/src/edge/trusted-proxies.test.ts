import { describe, expect, it } from 'vitest';
import { parseNetwork, TrustedProxies } from './trusted-proxies.ts';

describe('a network', () => {
  it.each([
    ['10.0.0.0/8', { address: '10.0.0.0', prefix: 8, family: 'ipv4' }],
    ['192.0.2.7', { address: '192.0.2.7', prefix: 32, family: 'ipv4' }],
    ['2001:db8::/32', { address: '2001:db8::', prefix: 32, family: 'ipv6' }],
    ['::1', { address: '::1', prefix: 128, family: 'ipv6' }],
    ['0.0.0.0/0', { address: '0.0.0.0', prefix: 0, family: 'ipv4' }],
  ])('%s is valid', (text, network) => expect(parseNetwork(text)).toEqual(network));

  it.each([
    '',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0/8',
    '10.0.0.0/8/8',
    '::/129',
    'example.com',
    '10.0.0.0/8x',
  ])('"%s" is invalid', (text) => expect(parseNetwork(text)).toBeUndefined());
});

describe('X-Forwarded-For', () => {
  const proxies = new TrustedProxies({ trusted: ['10.0.0.0/8', '2001:db8:1::/48'], source: 'x-forwarded-for' });

  it.each([
    ['an untrusted peer is not believed', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['the last address is the client', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['an address claimed by the client is not believed', '10.0.0.1', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['chained load balancers are skipped', '10.0.0.1', '198.51.100.1, 10.9.9.9, 10.0.0.2', '198.51.100.1'],
    ['a request by the load balancer itself', '10.0.0.1', undefined, '10.0.0.1'],
    ['only load balancers: the first', '10.0.0.1', '10.0.0.3,10.0.0.2', '10.0.0.3'],
    ['an invalid address ends the search', '10.0.0.1', '198.51.100.1, unknown', '10.0.0.1'],
    ['also behind a load balancer', '10.0.0.1', '198.51.100.1, <script>, 10.0.0.2', '10.0.0.2'],
    ['a port is removed', '10.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
    ['IPv6 in brackets with a port', '10.0.0.1', '[2001:db8:9::7]:4711', '2001:db8:9::7'],
    ['IPv6 in brackets without a port', '10.0.0.1', '[2001:db8:9::7]', '2001:db8:9::7'],
    ['IPv6 without brackets', '2001:db8:1::5', '2001:db8:9::7', '2001:db8:9::7'],
    ['an IPv4 peer on an IPv6 socket', '::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['an empty header', '10.0.0.1', '', '10.0.0.1'],
    ['several fields are one list', '10.0.0.1', ['1.1.1.1', '198.51.100.1', '10.0.0.2'], '198.51.100.1'],
    ['text before an address with a port', '10.0.0.1', 'x198.51.100.1:4711', '10.0.0.1'],
    ['text after a port', '10.0.0.1', '198.51.100.1:4711x', '10.0.0.1'],
    ['text before brackets', '10.0.0.1', 'x[2001:db8:9::7]:4711', '10.0.0.1'],
    ['text after brackets and a port', '10.0.0.1', '[2001:db8:9::7]:4711x', '10.0.0.1'],
  ])('%s', (_, peer, header, client) => expect(proxies.clientOf(header, peer)).toBe(client));

  it.each(['connection', 'proxy-protocol'] as const)('is ignored with the source %s', (source) => {
    const others = new TrustedProxies({ trusted: ['10.0.0.0/8'], source });
    expect(others.clientOf('198.51.100.1', '10.0.0.1')).toBe('10.0.0.1');
  });
});

it.each(['proxy-protocol', 'x-forwarded-for'] as const)(
  'with the source %s an invalid network is an error',
  (source) => {
    expect(() => new TrustedProxies({ trusted: ['10.0.0.0/8', '10.0.0.0/33'], source })).toThrow(RangeError);
  },
);

it.each([undefined, '', 'unknown'])('a peer with the address "%s" is not a load balancer', (address) => {
  const proxies = new TrustedProxies({ trusted: ['0.0.0.0/0', '::/0'], source: 'proxy-protocol' });
  expect([proxies.has(address), proxies.has('192.0.2.1'), proxies.has('2001:db8::1')]).toEqual([false, true, true]);
});

it('no peer is a load balancer with the source connection', () => {
  expect(new TrustedProxies({ trusted: ['10.0.0.0/8'], source: 'connection' }).has('10.0.0.1')).toBe(false);
});
