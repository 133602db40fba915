import type { Logger } from 'pino';
import { ClusterAccess } from './access/cluster-access.ts';
import { SetupCode } from './accounts/setup-code.ts';
import { createApi } from './api.ts';
import { refusedEnrolment } from './audit/actor.ts';
import { AuditWriter } from './audit/audit-writer.ts';
import { AuditRetention } from './audit/retention.ts';
import { WebhookDelivery } from './audit/webhooks/delivery.ts';
import { AgentPresence } from './clusters/agent-presence.ts';
import { ClusterChanges } from './clusters/cluster-changes.ts';
import { ClusterDirectory } from './clusters/cluster-directory.ts';
import { ClusterList } from './clusters/cluster-list.ts';
import type { Config } from './config.ts';
import { Lifecycle } from './core/lifecycle.ts';
import { Database } from './database/database.ts';
import { createEdge } from './edge/edge.ts';
import { createHandlers } from './handlers.ts';
import { Authenticator } from './identity/authenticator.ts';
import { JoinClaims } from './identity/join-claims.ts';
import { GatewayLease } from './leases/gateway-lease.ts';
import { Limits } from './limits/limits.ts';
import { LocalClusters } from './local/local-clusters.ts';
import { GatewayMetrics } from './metrics/metrics.ts';
import { serveMetrics } from './metrics/metrics-server.ts';
import { Retention } from './recordings/retention.ts';
import { SessionEndings } from './recordings/session-endings.ts';
import { SessionRecorder } from './recordings/session-recorder.ts';
import { Revalidation } from './revalidation/revalidation.ts';
import { SessionLog } from './sessions/session-log.ts';
import { SessionViewers } from './sessions/session-viewers.ts';
import { TunnelRegistry } from './tunnels/tunnel-registry.ts';

/** A running gateway. */
export interface Gateway {
  url: string;
  metricsUrl: string;
  /** Whether there is no account yet and creating the first one requires the set-up code. */
  setupCodeRequired: boolean;
  /** Accepts nothing new, waits at most `drainMs` (default: the configured time) for what is open, then stops. Call once. */
  stop(drainMs?: number): Promise<void>;
}

/** Starts a gateway. Rejects if the database does not respond or an address is in use. */
export async function startGateway(config: Config, logger: Logger): Promise<Gateway> {
  const { application, handler } = await createApi(config, logger);
  const database = application.get(Database);
  const lease = application.get(GatewayLease);
  const presence = application.get(AgentPresence);
  const metrics = new GatewayMetrics();
  const limits = application.get(Limits);
  const audit = application.get(AuditWriter);
  metrics.followAudit(audit);
  limits.on('refused', (name) => metrics.limitReached(name));
  application.get(JoinClaims).on('refused', (claim) => audit.record(claim.organizationId, refusedEnrolment(claim)));
  const handlers = createHandlers({
    authenticator: application.get(Authenticator),
    directory: application.get(ClusterDirectory),
    access: application.get(ClusterAccess),
    agents: presence,
    clusters: application.get(ClusterList),
    changes: application.get(ClusterChanges),
    revalidation: application.get(Revalidation),
    sessions: application.get(SessionLog),
    viewers: application.get(SessionViewers),
    recorder: application.get(SessionRecorder),
    audit,
    terminals: config.terminals,
    registry: application.get(TunnelRegistry),
    limits,
    metrics,
    logger,
    publicUrl: new URL(config.publicOrigin),
    dashboardUrl: config.dashboardUrl,
  });
  const edge = createEdge({
    tls: config.tls,
    proxies: config.proxies,
    publicOrigin: config.publicOrigin,
    handlers: { ...handlers.byOwner, api: handler },
    metrics,
    limits,
    logger,
  });
  const end = async (): Promise<void> => {
    handlers.close();
    application.get(SessionEndings).stop();
    application.get(Retention).stop();
    await application.get(SessionRecorder).close();
    await application.close();
    await presence.close();
    await lease.stop();
    await Promise.all([application.get(AuditRetention).close(), application.get(WebhookDelivery).close()]);
    await audit.close();
    await database.close();
  };
  try {
    await lease.start();
    await application.get(SetupCode).resume();
    application.get(SessionEndings).start();
    application.get(Retention).start();
    const metricsServer = await serveMetrics(metrics, config.metrics);
    await edge.listen(config.listen.port, config.listen.host).catch(async (error: unknown) => {
      await metricsServer.close();
      throw error;
    });
    await application.get(LocalClusters).resume();
    application.get(AuditRetention).start();
    application.get(WebhookDelivery).start();
    const setupCode = application.get(SetupCode);
    const stop = async (drainMs: number): Promise<void> => {
      application.get(Lifecycle).drain();
      const closed = edge.close(drainMs);
      await handlers.drain(drainMs);
      handlers.close();
      await closed;
      await metricsServer.close();
      await end();
    };
    let stopped: Promise<void> | undefined;
    return {
      url: config.publicOrigin,
      metricsUrl: metricsServer.url,
      setupCodeRequired: setupCode.isRequired,
      stop: (drainMs = config.drainMs) => {
        stopped ??= stop(drainMs);
        return stopped;
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}
