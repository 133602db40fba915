import { createPrivateKey } from 'node:crypto';
import { type Tunnel, TunnelDialer } from '@postern/tunnel';
import type { Logger } from 'pino';
import type { ClusterEndpoint } from './cluster/endpoint.ts';
import { inClusterEndpoint } from './cluster/in-cluster.ts';
import { kubeconfigEndpoint } from './cluster/kubeconfig.ts';
import type { AgentConfig } from './config.ts';
import { GatewayConnector } from './gateway/connector.ts';
import { gatewayTrust } from './gateway/trust.ts';
import { AgentMetrics } from './health/metrics.ts';
import { readiness } from './health/readiness.ts';
import { type HealthServer, startHealthServer } from './health/server.ts';
import { FileStore } from './identity/file-store.ts';
import type { Identity, IdentityStore } from './identity/identity.ts';
import { obtainIdentity } from './identity/obtain.ts';
import { SecretStore } from './identity/secret-store.ts';
import { IdleCollection } from './memory/idle-collection.ts';
import { enforced } from './policy-options.ts';
import { Collector } from './report/collector.ts';
import { Reporter } from './report/reporter.ts';
import { serveTunnel } from './serve/server.ts';
import { Upstream } from './upstream/upstream.ts';
import { version } from './version.ts';
import { watchTunnels } from './watch-tunnels.ts';

/** How long open streams may take to finish after SIGTERM, in milliseconds; shutting down takes at most 5 s. */
const drainMs = 3_500;

/**
 * Runs the agent until the signal ends it: obtains its identity, keeps a tunnel open, serves the requests on it.
 * @throws {UserError} if it cannot start.
 */
export async function runAgent(
  config: AgentConfig,
  { logger, signal }: { logger: Logger; signal: AbortSignal },
): Promise<void> {
  const { endpoint, storeOf, location } = clusterOf(config);
  if (endpoint.skipVerification) logger.warn('the kubeconfig turns off the verification of the API server');
  const connector = new GatewayConnector(gatewayTrust(config.caFile));
  const upstream = new Upstream(endpoint);
  const tunnels = new Set<Tunnel>();
  const idle = new IdleCollection();
  const metrics = new AgentMetrics({
    tunnels: () => tunnels.size,
    roundTripMs: () => [...tunnels].at(-1)?.session.roundTripMs,
    upstream,
  });
  let health: HealthServer | undefined;
  let dialer: TunnelDialer | undefined;
  try {
    if (config.health !== undefined) {
      health = await startHealthServer({
        ...config.health,
        registry: metrics.registry,
        readiness: () => readiness({ tunnels: tunnels.size, isStopping: signal.aborted }),
      });
      logger.info({ port: health.port }, 'serving /healthz, /readyz and /metrics');
    }
    const { gatewayUrl, joinToken, instance } = config;
    const identity = await obtainIdentity({
      store: storeOf(upstream),
      connector,
      enrolment: { gatewayUrl, instance, location },
      joinToken,
      logger,
      signal,
    });
    dialer = dialerFor(identity, { config, connector });
    const policy = enforced(config.policy);
    const collector = new Collector({
      upstream,
      policy: config.policy,
      instance,
      installation: { clusterId: identity.clusterId, location },
      logger,
    });
    const reporter = new Reporter({ collect: () => collector.collect(), clusterId: identity.clusterId, logger });
    watchTunnels(dialer, { logger, metrics, tunnels, identity, signal });
    dialer.on('connected', (tunnel) => {
      serveTunnel(tunnel, { upstream, policy, metrics, idle, logger });
      reporter.use(tunnel);
      upstream.warmUp();
    });
    dialer.start();
    await aborted(signal);
    logger.info('stopping: open streams get a moment to finish');
    reporter.stop();
    await Promise.all([...tunnels].map((tunnel) => tunnel.drain({ timeoutMs: drainMs, retryAfterMs: 0 })));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    idle.stop();
    await dialer?.stop();
    await health?.close();
    upstream.close();
  }
}

function clusterOf(config: AgentConfig): {
  endpoint: ClusterEndpoint;
  storeOf: (upstream: Upstream) => IdentityStore;
  location: 'in-cluster' | 'outside';
} {
  const { cluster } = config;
  if (cluster.kind === 'in-cluster') {
    const storeOf = (upstream: Upstream): IdentityStore => new SecretStore(upstream, cluster.namespace);
    return { endpoint: inClusterEndpoint(cluster), storeOf, location: 'in-cluster' };
  }
  const { endpoint, context } = kubeconfigEndpoint(cluster.files, cluster.context);
  const folder = config.stateFolder(`${context}\n${endpoint.server.href}`);
  return { endpoint, storeOf: () => new FileStore(folder), location: 'outside' };
}

function dialerFor(
  identity: Identity,
  { config, connector }: { config: AgentConfig; connector: GatewayConnector },
): TunnelDialer {
  const { agentId, clusterId, privateKey, gatewayUrl, tunnelUrls } = identity;
  // If the gateway has moved, its new URL is used; the identity stays valid.
  const urls = gatewayUrl === config.gatewayUrl ? tunnelUrls : [`${config.gatewayUrl.replace(/^http/, 'ws')}/tunnel`];
  return new TunnelDialer({
    urls,
    agentId,
    clusterId,
    instance: config.instance,
    version,
    privateKey: createPrivateKey(privateKey),
    createWebSocket: (url, protocols) => connector.webSocket(url, protocols),
  });
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
