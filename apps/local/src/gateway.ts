import type { Certificates } from './certificates.ts';
import { type Child, startChild, untilReady } from './child.ts';
import type { DataFolder } from './data-folder.ts';
import { gatewayRuntime } from './gateway-runtime.ts';
import type { LocalOptions } from './options.ts';

/** A cluster that this machine connects automatically; sent by the gateway over the channel. */
export interface LocalCluster {
  /** `demo`, or the name of a cluster requested with --connect. */
  name: string;
  organization: string;
  clusterId: string;
  joinToken: string;
}

export interface Gateway extends Child {
  metricsUrl: string;
  /** Whether there is no account yet and creating the first one requires the set-up code. */
  setupCodeRequired: boolean;
}

/** The gateway's messages over the channel (apps/gateway, local mode). */
type Message =
  | { type: 'ready'; metricsUrl: string; setupCodeRequired: boolean }
  | ({ type: 'local-cluster' } & LocalCluster)
  | { type: 'local-cluster-deleted'; clusterId: string };

export interface GatewaySettings {
  /** Node's arguments to run it. */
  command: readonly string[];
  options: LocalOptions;
  /** The address on which it listens. */
  address: { host: string; port: number };
  drainSeconds: number;
  certificates: Certificates;
  databaseUrl: string;
  dashboardUrl: string;
  secretFile: string;
  /** SHA-256 of the code required for the first account, hex; undefined if none is. */
  setupCodeHash: string | undefined;
  /** Names of the clusters, other than the demo, that this machine connects. */
  connect: string[];
  onLocalCluster: (cluster: LocalCluster) => void;
  /** Called with the id of any cluster that was deleted, whether or not this machine connects it. */
  onClusterDeleted: (clusterId: string) => void;
  onLine?: ((line: string) => void) | undefined;
}

/** Starts the gateway and waits until it is ready. @param again see `ChildOptions`. */
export async function startGateway(data: DataFolder, settings: GatewaySettings, again = false): Promise<Gateway> {
  const { options, certificates } = settings;
  const child = startChild(data, {
    name: 'gateway',
    again,
    args: [...gatewayRuntime.nodeArgs, ...settings.command],
    ...(settings.onLine && { onLine: settings.onLine }),
    ipc: true,
    env: {
      ...gatewayRuntime.env,
      POSTERN_PUBLIC_URL: options.publicUrl,
      POSTERN_LISTEN: settings.address.host,
      POSTERN_PORT: String(settings.address.port),
      POSTERN_TLS_CERT_FILE: certificates.certFile,
      POSTERN_TLS_KEY_FILE: certificates.keyFile,
      POSTERN_CA_FILE: certificates.caFile,
      POSTERN_DATABASE_URL: settings.databaseUrl,
      POSTERN_SECRET_FILE: settings.secretFile,
      POSTERN_DASHBOARD_URL: settings.dashboardUrl,
      POSTERN_METRICS_PORT: '0',
      POSTERN_DRAIN_SECONDS: String(settings.drainSeconds),
      POSTERN_LOCAL: 'true',
      POSTERN_DEMO: String(options.demo),
      POSTERN_LOCAL_CLUSTERS: settings.connect.join(','),
      ...(settings.setupCodeHash === undefined ? {} : { POSTERN_SETUP_CODE_SHA256: settings.setupCodeHash }),
    },
  });
  const ready = new Promise<Pick<Gateway, 'metricsUrl' | 'setupCodeRequired'>>((resolve) => {
    child.process.on('message', (message: Message) => {
      if (message.type === 'ready') resolve(message);
      if (message.type === 'local-cluster') settings.onLocalCluster(message);
      if (message.type === 'local-cluster-deleted') settings.onClusterDeleted(message.clusterId);
    });
  });
  const { metricsUrl, setupCodeRequired } = await untilReady('The gateway', child, ready);
  return { ...child, metricsUrl, setupCodeRequired };
}
