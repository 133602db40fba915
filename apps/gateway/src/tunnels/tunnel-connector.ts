import { DrainingError, SessionClosedError } from '@postern/mux';
import type { Tunnel } from '@postern/tunnel';
import {
  type ClusterConnector,
  ClusterOfflineError,
  type ClusterRequestHead,
  type OpenOptions,
  type OutgoingRequest,
} from '../connector/cluster-connector.ts';
import type { TunnelRegistry } from './tunnel-registry.ts';

/** A tunnel may begin to drain between being found and being used; there may be another. */
const maxAttempts = 3;

/** Reaches clusters over the tunnels that this process holds. */
export class TunnelConnector implements ClusterConnector {
  readonly #registry: Pick<TunnelRegistry, 'find'>;

  constructor(registry: Pick<TunnelRegistry, 'find'>) {
    this.#registry = registry;
  }

  async open(
    { organizationId, id }: { organizationId: string; id: string },
    head: ClusterRequestHead,
    options: OpenOptions,
  ): Promise<OutgoingRequest> {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const tunnel = this.#registry.find(organizationId, id);
      if (tunnel === undefined) break;
      try {
        await tunnel.probe();
        return tunnel.request({ ...head, cluster: id }, options);
      } catch (error) {
        if (!isGone(tunnel, error)) throw error;
      }
    }
    throw new ClusterOfflineError('no agent of the cluster is connected');
  }
}

function isGone(tunnel: Tunnel, error: unknown): boolean {
  return error instanceof SessionClosedError || error instanceof DrainingError || tunnel.closed;
}
