import { lookup as resolveName } from 'node:dns/promises';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { parseNetwork } from '../../edge/trusted-proxies.ts';

/** A destination to which the gateway does not send what its users configure. */
export class UnreachableByPolicyError extends Error {
  override readonly name = 'UnreachableByPolicyError';
}

/**
 * Where deliveries may go. A URL comes from a tenant, and the gateway stands in a network that is not theirs: only public
 * addresses, over https, and those of the networks that the operator named (there http is fine, too).
 */
export class ReachableNetworks {
  readonly #named = new BlockList();

  /** @param networks in CIDR notation. @throws RangeError for an invalid one. */
  constructor(networks: readonly string[]) {
    for (const text of networks) {
      const network = parseNetwork(text);
      if (network === undefined) throw new RangeError(`not a network: ${text}`);
      this.#named.addSubnet(network.address, network.prefix, network.family);
    }
  }

  /** Checks what is known without asking DNS. @throws {UnreachableByPolicyError} */
  check(url: URL): void {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // Node looks up no name for an address, so it is checked here.
    if (isIP(host) !== 0 && !this.#allows(host, url.protocol)) throw refused(url);
  }

  /**
   * A look-up of names for one request: the addresses that it returns are the ones that were checked, so that a name cannot
   * point elsewhere a moment later.
   */
  lookupFor(url: URL): LookupFunction {
    return (hostname, options, callback) => {
      resolveName(hostname, { all: true }).then(
        (found) => {
          const allowed = found.filter(({ address }) => this.#allows(address, url.protocol));
          const [first] = allowed;
          if (first === undefined) callback(refused(url), '', 0);
          else if (options.all === true) callback(null, allowed);
          else callback(null, first.address, first.family);
        },
        (error: NodeJS.ErrnoException) => callback(error, '', 0),
      );
    };
  }

  #allows(address: string, protocol: string): boolean {
    if (this.#named.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return true;
    // Every special range has a name of its own (IANA's registries), those that embed an IPv4 address included.
    return protocol === 'https:' && ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
  }
}

function refused({ protocol }: URL): UnreachableByPolicyError {
  return new UnreachableByPolicyError(
    protocol === 'https:'
      ? 'The address is not public. Whoever runs Postern can allow it with POSTERN_WEBHOOK_NETWORKS.'
      : 'Only https:// is allowed, except to networks that whoever runs Postern named in POSTERN_WEBHOOK_NETWORKS.',
  );
}
