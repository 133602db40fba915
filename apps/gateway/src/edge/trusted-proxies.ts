import { BlockList, isIP, isIPv6 } from 'node:net';

/** How to find the client of connections and requests that come through load balancers. */
export interface ProxySettings {
  /** Networks of the load balancers, in CIDR notation or as single addresses. No other peer is trusted. */
  trusted: readonly string[];
  /**
   * How they name the client: not at all; with the PROXY protocol, version 2, at the start of each connection; or with the
   * header `X-Forwarded-For` of each request, which they must set or append to.
   */
  source: 'connection' | 'proxy-protocol' | 'x-forwarded-for';
}

/** Trusts nobody, which is right if clients connect to the gateway directly. */
export const noProxies: ProxySettings = { trusted: [], source: 'connection' };

/** The trusted load balancers. */
export class TrustedProxies {
  readonly source: ProxySettings['source'];
  readonly #networks = new BlockList();

  /** @throws RangeError for an invalid network. */
  constructor({ trusted, source }: ProxySettings) {
    this.source = source;
    for (const text of source === 'connection' ? [] : trusted) {
      const network = parseNetwork(text);
      if (network === undefined) throw new RangeError(`not a network: ${text}`);
      this.#networks.addSubnet(network.address, network.prefix, network.family);
    }
  }

  /** Whether an address is that of a trusted load balancer. */
  has(address: string | undefined): boolean {
    return address !== undefined && this.#networks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }

  /**
   * The client of a request according to `X-Forwarded-For`: each load balancer appends the address of its peer, so the last
   * address that is not a load balancer is the client, and anything before it is that client's claim.
   * @param peer the other end of the connection.
   */
  clientOf(header: string | string[] | undefined, peer: string): string {
    if (this.source !== 'x-forwarded-for' || !this.has(peer)) return peer;
    let client = peer;
    // Several fields with the same name form one list, in order (RFC 9110, 5.3).
    for (const text of [header].flat().join(',').split(',').reverse()) {
      const address = bare(text.trim());
      if (isIP(address) === 0) return client;
      client = address;
      if (!this.has(address)) return client;
    }
    return client;
  }
}

/** @returns undefined for anything but an address with a valid prefix. */
export function parseNetwork(text: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', length, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return undefined;
  const bits = version === 4 ? 32 : 128;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const prefix = length === undefined ? bits : Number(length);
  return prefix > bits ? undefined : { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/** Some load balancers add the port: `203.0.113.7:4711`, `[2001:db8::1]:4711`. */
function bare(text: string): string {
  return /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;
}
