import { isIPv4 } from 'node:net';

/**
 * The network address under which a connection is counted: an IPv4 address, or the /64 of an IPv6 address, which one subscriber
 * has (RFC 6177). Empty if the connection has already closed.
 */
export function clientAddress(remoteAddress: string | undefined): string {
  if (remoteAddress === undefined) return '';
  const mapped = remoteAddress.slice(remoteAddress.lastIndexOf(':') + 1);
  if (isIPv4(mapped)) return mapped;
  const [head = '', tail = ''] = (remoteAddress.split('%')[0] ?? '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = remoteAddress.includes('::')
    ? Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
    : [];
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`;
}
