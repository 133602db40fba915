import type { Tunnel, TunnelDialer } from '@postern/tunnel';
import type { Logger } from 'pino';
import type { AgentMetrics } from './health/metrics.ts';
import type { Identity } from './identity/identity.ts';

interface Watching {
  logger: Logger;
  metrics: Pick<AgentMetrics, 'connected'>;
  /** Gets the tunnels that are open. */
  tunnels: Set<Tunnel>;
  identity: Pick<Identity, 'clusterName' | 'organization'>;
  /** Once aborted, the end of a tunnel is expected. */
  signal: AbortSignal;
}

/** Tracks connections, in metrics and in the log. */
export function watchTunnels(dialer: TunnelDialer, { logger, metrics, tunnels, identity, signal }: Watching): void {
  dialer.on('connected', (tunnel) => {
    // One that the gateway ends together with its WELCOME has closed already.
    if (!tunnel.closed) {
      tunnels.add(tunnel);
      tunnel.once('close', () => tunnels.delete(tunnel));
    }
    metrics.connected('connected');
    logger.info({ cluster: identity.clusterName, organization: identity.organization }, 'connected to the gateway');
  });
  dialer.on('disconnected', ({ code, reason, retryInMs }) => {
    if (signal.aborted) return;
    metrics.connected('lost');
    logger.warn({ code, reason, retryInMs: Math.round(retryInMs) }, 'not connected to the gateway');
  });
  dialer.on('refused', ({ name, reason, retryInMs }) => {
    metrics.connected('refused');
    logger.error({ reason, retryInMs: Math.round(retryInMs) }, refusals[name] ?? 'the gateway refused this agent');
  });
}

/** What to do if the gateway refuses this agent, by close code name. */
const refusals: Record<string, string> = {
  proof:
    'the gateway does not know this agent any more. If the cluster was deleted, remove the agent; else start it with a new join token',
  revoked: 'the access of this agent was revoked. If that was not meant, start it with a new join token',
  version: 'the gateway speaks another version of the protocol: update this agent',
};
