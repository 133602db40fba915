import type { Logger } from 'pino';
import type { AuditLog } from './audit/audit-log.ts';
import type { ClusterConnector } from './connector/cluster-connector.ts';
import { createDashboardProxy } from './edge/dashboard.ts';
import type { EdgeHandlers } from './edge/dispatch.ts';
import type { Authenticator } from './identity/authenticator.ts';
import { KubeEndpoint, type KubeEndpointOptions } from './kube/endpoint.ts';
import type { Limits } from './limits/limits.ts';
import { LiveEndpoint } from './live/live-endpoint.ts';
import type { LiveOptions } from './live/live-socket.ts';
import type { GatewayMetrics } from './metrics/metrics.ts';
import type { StreamRecorder } from './passage/recorded-stream.ts';
import { Revalidation } from './revalidation/revalidation.ts';
import type { SessionLog } from './sessions/session-log.ts';
import type { SessionViewers } from './sessions/session-viewers.ts';
import { HeldTerminals, type TerminalSettings } from './terminals/held/held-terminals.ts';
import { TerminalService } from './terminals/terminal-service.ts';
import type { AgentDirectory } from './tunnels/agent-directory.ts';
import { TunnelConnector } from './tunnels/tunnel-connector.ts';
import { TunnelEndpoint } from './tunnels/tunnel-endpoint.ts';
import type { TunnelRegistry } from './tunnels/tunnel-registry.ts';

export interface HandlersOptions {
  authenticator: Pick<Authenticator, 'authenticate' | 'stillValid'>;
  /** Who may reach which cluster. */
  directory: KubeEndpointOptions['directory'];
  /** Who may do what in which cluster. */
  access: KubeEndpointOptions['access'];
  /** Which agents may connect; records what they report. */
  agents: AgentDirectory;
  /** Clusters as shown to people. */
  clusters: LiveOptions['clusters'];
  changes: LiveOptions['changes'];
  sessions: Pick<SessionLog, 'start' | 'end' | 'whatBecameOf'>;
  viewers: Pick<SessionViewers, 'join'>;
  audit: AuditLog;
  /** The tunnels of this process. */
  registry: TunnelRegistry;
  /** How clusters are reached; default: over the tunnels of the registry. */
  connector?: ClusterConnector;
  /** Receives every byte of exec, attach, port-forward and terminals. */
  recorder?: StreamRecorder;
  limits: Limits;
  metrics: GatewayMetrics;
  logger: Logger;
  publicUrl: URL;
  dashboardUrl: URL | undefined;
  /** Checks the credentials behind everything open; default: one of its own. It is stopped with the handlers. */
  revalidation?: Revalidation;
  /** Time limit for the response head of a plain kube request. */
  headTimeoutMs?: number;
  revalidateMs?: number;
  terminals: TerminalSettings;
}

export interface Handlers {
  byOwner: Omit<EdgeHandlers, 'api'>;
  /** Tells agents to connect elsewhere and waits at most `timeoutMs` until the streams on their tunnels have ended. */
  drain(timeoutMs: number): Promise<void>;
  /** Ends the rest: live connections, timers. */
  close(): void;
}

/** The handlers behind the edge that are not part of Nest: kube endpoint, tunnels, live connections, dashboard. */
export function createHandlers(options: HandlersOptions): Handlers {
  const {
    authenticator,
    directory,
    access,
    agents,
    clusters,
    changes,
    sessions,
    registry,
    limits,
    metrics,
    logger,
    publicUrl,
  } = options;
  const publicOrigin = publicUrl.origin;
  const connector = options.connector ?? new TunnelConnector(registry);
  const { headTimeoutMs, revalidateMs } = options;
  const revalidation =
    options.revalidation ??
    new Revalidation({ authenticator, logger, ...(revalidateMs === undefined ? {} : { intervalMs: revalidateMs }) });
  const shared = {
    authenticator,
    directory,
    access,
    sessions,
    connector,
    audit: options.audit,
    recorder: options.recorder,
    revalidation,
    limits,
    metrics,
    logger,
    publicOrigin,
  };
  const kube = new KubeEndpoint({ ...shared, ...(headTimeoutMs === undefined ? {} : { headTimeoutMs }) });
  const tunnels = new TunnelEndpoint({
    directory: agents,
    registry,
    audit: options.audit,
    limits,
    metrics,
    logger,
    gatewayName: publicUrl.host,
  });
  const terminals = new HeldTerminals({
    ...options.terminals,
    service: new TerminalService(shared),
    viewers: options.viewers,
    revalidation,
    sessions,
    audit: options.audit,
    logger,
  });
  const live = new LiveEndpoint({ ...shared, clusters, changes, terminals });
  return {
    byOwner: {
      kube: { request: kube.request, upgrade: kube.upgrade },
      tunnel: tunnels.upgrade,
      live: live.upgrade,
      dashboard: createDashboardProxy({ url: options.dashboardUrl, publicOrigin, logger }),
    },
    drain: (timeoutMs) => tunnels.drain({ timeoutMs, retryAfterMs: 1_000 }),
    close: () => {
      terminals.close();
      live.close();
      tunnels.close();
      revalidation.stop();
    },
  };
}
