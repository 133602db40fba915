import { isIPv4 } from 'node:net';

/**
 * The network address under which a connection is counted: an IPv4 address, or the /64 of an IPv6 address, which one subscriber
 * has (RFC 6177). Empty if the connection has already closed.
 */
export function clientAddress(remoteAddress: string | undefined): string {
  if (!remoteAddress) return '';
  const mapped = remoteAddress.slice(remoteAddress.lastIndexOf(':') + 1);
  if (isIPv4(mapped)) return mapped;
  const groups = remoteAddress.split('%')[0] as string;
  const [left = [], right = []] = groups.split('::').map((half) => half.split(':'));
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('');
  const network = [...left, ...zeros, ...right].slice(0, 4);
  // Nothing before or after `::` is an empty group here, which is a zero too.
  return `${network.map((group) => group || '0').join(':')}::/64`;
}
