import { closeCodes, type Tunnel } from '@postern/tunnel';

/** One tunnel and whose it is. */
export interface TunnelEntry {
  organizationId: string;
  clusterId: string;
  agentId: string;
  instance: string;
  slot: number;
  tunnel: Tunnel;
  /** Called when a newer connection of the same slot takes its place. */
  onReplaced?: () => void;
}

/**
 * The tunnels that this process holds, by organization and cluster. For each (agent, instance, slot) the newest epoch wins;
 * the older connection is closed at once, so that what a resumed zombie still sends reaches nobody.
 */
export class TunnelRegistry {
  readonly #byCluster = new Map<string, Set<TunnelEntry>>();
  #turn = 0;

  /** @returns false when a newer connection of the same slot is already here: the given tunnel is closed then. */
  add(entry: TunnelEntry): boolean {
    const entries = this.#byCluster.get(entry.clusterId) ?? new Set();
    for (const other of entries) {
      if (!isSameSlot(other, entry)) continue;
      if (other.tunnel.epoch > entry.tunnel.epoch) {
        entry.tunnel.close(closeCodes.replaced, 'a newer connection of this agent is open');
        return false;
      }
      entries.delete(other);
      other.onReplaced?.();
      other.tunnel.close(closeCodes.replaced, 'a newer connection of this agent was opened');
    }
    entries.add(entry);
    this.#byCluster.set(entry.clusterId, entries);
    entry.tunnel.once('drain', () => this.#drop(entry));
    entry.tunnel.once('close', () => this.#drop(entry));
    if (entry.tunnel.closed) this.#drop(entry);
    return true;
  }

  /** A tunnel that takes requests, in turn where there are several. The organization is part of the key, not a hint. */
  find(organizationId: string, clusterId: string): Tunnel | undefined {
    const usable = [...(this.#byCluster.get(clusterId) ?? [])].filter(
      ({ organizationId: owner, tunnel }) =>
        // One that is draining by our own word takes nothing new either.
        owner === organizationId && !tunnel.closed && !tunnel.session.draining,
    );
    this.#turn = (this.#turn + 1) % 1_000_000;
    return usable[this.#turn % Math.max(usable.length, 1)]?.tunnel;
  }

  /** The entries of a cluster, newest last. */
  of(clusterId: string): TunnelEntry[] {
    return [...(this.#byCluster.get(clusterId) ?? [])];
  }

  /** Every entry, of all clusters. */
  all(): TunnelEntry[] {
    return [...this.#byCluster.values()].flatMap((entries) => [...entries]);
  }

  isOnline(clusterId: string): boolean {
    return this.of(clusterId).some((entry) => !entry.tunnel.closed);
  }

  /** The shortest measured round trip to the cluster's agent in milliseconds; null while offline or not measured. */
  roundTrip(clusterId: string): number | null {
    const measured = this.of(clusterId).flatMap(({ tunnel }) => tunnel.session.roundTripMs ?? []);
    return measured.length === 0 ? null : Math.min(...measured);
  }

  /** Closes every tunnel of a cluster: it was deleted, or its agents may no longer come. */
  disconnect(clusterId: string, reason: string): void {
    for (const { tunnel } of this.of(clusterId)) tunnel.close(closeCodes.revoked, reason);
  }

  /** Sends every agent elsewhere and waits until their streams have ended, at most `timeoutMs`. */
  async drain(options: { timeoutMs: number; retryAfterMs: number }): Promise<void> {
    await Promise.allSettled(this.all().map(({ tunnel }) => tunnel.drain(options)));
  }

  #drop(entry: TunnelEntry): void {
    const entries = this.#byCluster.get(entry.clusterId);
    if (entries?.delete(entry) && entries.size === 0) this.#byCluster.delete(entry.clusterId);
  }
}

function isSameSlot(a: TunnelEntry, b: TunnelEntry): boolean {
  return a.agentId === b.agentId && a.instance === b.instance && a.slot === b.slot;
}
