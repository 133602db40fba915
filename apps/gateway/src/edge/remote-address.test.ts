import { EventEmitter } from 'node:events';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { attachRemoteAddress, countedAddressOf, RemoteAddresses, remoteAddressOf } from './remote-address.ts';
import { TrustedProxies } from './trusted-proxies.ts';

const ends = { remoteAddress: '10.0.0.1', remotePort: 40_000, localPort: 443 };
const openConnection = (): Socket => Object.assign(new EventEmitter(), ends) as unknown as Socket;
const addressesBehind = (source: 'proxy-protocol' | 'x-forwarded-for'): RemoteAddresses =>
  new RemoteAddresses(new TrustedProxies({ trusted: ['10.0.0.0/8'], source }));

/** @param remoteAddress undefined if the connection has already closed. */
function requestFrom(remoteAddress: string | undefined): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress });
  return new IncomingMessage(socket);
}

describe('the client that a load balancer named for a connection', () => {
  it('is also found from the TLS connection on top of it', () => {
    const addresses = addressesBehind('proxy-protocol');
    addresses.note(openConnection(), '198.51.100.7');
    expect(addresses.ofConnection({ ...ends })).toBe('198.51.100.7');
  });

  it.each([
    ['from another address', { remoteAddress: '10.0.0.2' }],
    ['from another port', { remotePort: 40_001 }],
    ['to another port', { localPort: 8_443 }],
  ])('is not that of a connection %s', (_, difference) => {
    const addresses = addressesBehind('proxy-protocol');
    addresses.note(openConnection(), '198.51.100.7');
    const other = { ...ends, ...difference };
    expect(addresses.ofConnection(other)).toBe(other.remoteAddress);
  });

  it('is forgotten when the connection closes, so that the next one on its port has its own', () => {
    const addresses = addressesBehind('proxy-protocol');
    const first = openConnection();
    addresses.note(first, '198.51.100.7');
    first.emit('close');
    expect(addresses.ofConnection(ends)).toBe('10.0.0.1');
    addresses.note(openConnection(), '198.51.100.8');
    expect(addresses.ofConnection(ends)).toBe('198.51.100.8');
  });
});

describe('the client of a request', () => {
  it.each([
    ['the load balancer on its connection names', ends, '198.51.100.7'],
    ['is at the other end of its connection', { ...ends, remoteAddress: '203.0.113.9' }, '203.0.113.9'],
  ])('is the one that %s', (_, connection, client) => {
    const request = requestFrom(undefined);
    request.headers = { 'x-forwarded-for': '198.51.100.7' };
    expect(addressesBehind('x-forwarded-for').ofRequest(request, connection)).toBe(client);
  });

  it('is unknown once its connection has closed, whatever the request says', () => {
    const request = requestFrom(undefined);
    request.headers = { 'x-forwarded-for': '198.51.100.7' };
    const closed = { remoteAddress: undefined, remotePort: undefined, localPort: undefined };
    expect(addressesBehind('x-forwarded-for').ofRequest(request, closed)).toBe('');
  });
});

describe('the address of a request', () => {
  it('is the one attached to it', () => {
    const request = requestFrom('10.0.0.1');
    attachRemoteAddress(request, '2001:db8:1:2:3::4');
    expect([remoteAddressOf(request), countedAddressOf(request)]).toEqual(['2001:db8:1:2:3::4', '2001:db8:1:2::/64']);
  });

  it.each([
    ['that of its connection', '192.0.2.1', '192.0.2.1'],
    ['empty if its connection has closed', undefined, ''],
  ])('is otherwise %s', (_, remoteAddress, address) => {
    const request = requestFrom(remoteAddress);
    expect([remoteAddressOf(request), countedAddressOf(request)]).toEqual([address, address]);
  });
});
