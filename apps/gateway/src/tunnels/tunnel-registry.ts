import { closeCodes, type Tunnel } from '@postern/tunnel';

/** A tunnel with its agent, cluster and organization. */
export interface TunnelEntry {
  organizationId: string;
  clusterId: string;
  agentId: string;
  instance: string;
  slot: number;
  tunnel: Tunnel;
  /** Called when a newer connection of the same slot replaces it. */
  onReplaced?: () => void;
}

/**
 * The tunnels of this process, by organization and cluster. For each (agent, instance, slot) the newest epoch wins; the older
 * connection is closed at once, so that nothing sent by a process that wakes up again is processed.
 */
export class TunnelRegistry {
  readonly #byCluster = new Map<string, Set<TunnelEntry>>();
  #turn = 0;

  /** @returns false if a newer connection of the same slot exists, in which case the given tunnel is closed. */
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

  /** A tunnel that accepts requests, round robin if there are several. The organization is part of the key, not a hint. */
  find(organizationId: string, clusterId: string): Tunnel | undefined {
    const usable = [...(this.#byCluster.get(clusterId) ?? [])].filter(
      ({ organizationId: owner, tunnel }) =>
        // A tunnel that we are draining accepts nothing new either.
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

  /** The shortest measured round trip to the cluster's agent, in milliseconds; null while offline or not measured. */
  roundTrip(clusterId: string): number | null {
    const measured = this.of(clusterId).flatMap(({ tunnel }) => tunnel.session.roundTripMs ?? []);
    return measured.length === 0 ? null : Math.min(...measured);
  }

  /** Closes every tunnel of a cluster, because it was deleted or its agents were revoked. */
  disconnect(clusterId: string, reason: string): void {
    for (const { tunnel } of this.of(clusterId)) tunnel.close(closeCodes.revoked, reason);
  }

  /** Tells every agent to connect elsewhere and waits at most `timeoutMs` for their streams to end. */
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
