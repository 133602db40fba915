import type { Logger } from 'pino';
import { createApi } from './api.ts';
import { ClusterDirectory } from './clusters/cluster-directory.ts';
import type { Config } from './config.ts';
import { Lifecycle } from './core/lifecycle.ts';
import { Database } from './database/database.ts';
import { createEdge } from './edge/edge.ts';
import { createRawPaths } from './edge/raw-paths.ts';
import { Authenticator } from './identity/authenticator.ts';
import { Limits } from './limits/limits.ts';
import { LocalClusters } from './local/local-clusters.ts';
import { GatewayMetrics } from './metrics/metrics.ts';
import { serveMetrics } from './metrics/metrics-server.ts';
import { SessionLog } from './sessions/session-log.ts';
import { TunnelRegistry } from './tunnels/tunnel-registry.ts';

/** A gateway that serves. */
export interface Gateway {
  url: string;
  metricsUrl: string;
  /** Takes nothing new, lets what is open end for at most the drain time, then stops. */
  stop(): Promise<void>;
}

/** Puts the parts together and listens. Rejects when the database does not answer or an address is taken. */
export async function startGateway(config: Config, logger: Logger): Promise<Gateway> {
  const { application, handler } = await createApi(config, logger);
  const database = application.get(Database);
  const directory = application.get(ClusterDirectory);
  const sessions = application.get(SessionLog);
  const metrics = new GatewayMetrics();
  const limits = application.get(Limits);
  limits.on('refused', (name) => metrics.limitReached(name));
  const raw = createRawPaths({
    authenticator: application.get(Authenticator),
    directory,
    sessions,
    registry: application.get(TunnelRegistry),
    limits,
    metrics,
    logger,
    publicUrl: new URL(config.publicOrigin),
    dashboardUrl: config.dashboardUrl,
  });
  const edge = createEdge({
    tls: config.tls,
    publicOrigin: config.publicOrigin,
    handlers: { ...raw.handlers, api: handler },
    metrics,
    limits,
    logger,
  });
  const end = async (): Promise<void> => {
    raw.close();
    await application.close();
    await database.close();
  };
  try {
    // What an earlier process left open ended with it.
    await directory.markAllOffline();
    await sessions.endOrphans();
    const metricsServer = await serveMetrics(metrics, config.metrics);
    await edge.listen(config.listen.port, config.listen.host).catch(async (error: unknown) => {
      await metricsServer.close();
      throw error;
    });
    await application.get(LocalClusters).resume();
    const stop = async (): Promise<void> => {
      application.get(Lifecycle).drain();
      const closed = edge.close(config.drainMs);
      await raw.drain(config.drainMs);
      raw.close();
      await closed;
      await metricsServer.close();
      await end();
    };
    let stopped: Promise<void> | undefined;
    return {
      url: config.publicOrigin,
      metricsUrl: metricsServer.url,
      stop: () => {
        stopped ??= stop();
        return stopped;
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}
