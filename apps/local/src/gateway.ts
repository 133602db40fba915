import type { Certificates } from './certificates.ts';
import { type Child, startChild, untilReady } from './child.ts';
import type { DataFolder } from './data-folder.ts';
import type { LocalOptions } from './options.ts';
import { programs } from './programs.ts';

/** A cluster that this machine connects by itself; sent by the gateway over the channel. */
export interface LocalCluster {
  /** `demo`, or the name of a cluster asked for with --connect. */
  name: string;
  organization: string;
  clusterId: string;
  joinToken: string;
}

export interface Gateway extends Child {
  metricsUrl: string;
}

/** What the gateway reports over the channel (apps/gateway, local mode). */
type Message = { type: 'ready'; metricsUrl: string } | ({ type: 'local-cluster' } & LocalCluster);

export interface GatewaySettings {
  options: LocalOptions;
  certificates: Certificates;
  databaseUrl: string;
  dashboardUrl: string;
  /** Names of the clusters that this machine connects besides the demo. */
  connect: string[];
  onLocalCluster: (cluster: LocalCluster) => void;
}

/** Starts the gateway and waits until it serves. */
export async function startGateway(data: DataFolder, settings: GatewaySettings): Promise<Gateway> {
  const { options, certificates } = settings;
  const child = startChild(data, {
    name: 'gateway',
    // As in infra/images/gateway.Dockerfile, which says why.
    args: ['--enable-source-maps', '--max-semi-space-size=4', '--heap-growing-percent=200', programs.gateway],
    ipc: true,
    env: {
      POSTERN_PUBLIC_URL: options.publicUrl,
      POSTERN_LISTEN: options.listen,
      POSTERN_PORT: String(options.port),
      POSTERN_TLS_CERT_FILE: certificates.certFile,
      POSTERN_TLS_KEY_FILE: certificates.keyFile,
      POSTERN_CA_FILE: certificates.caFile,
      POSTERN_DATABASE_URL: settings.databaseUrl,
      POSTERN_SECRET_FILE: await data.secretFile('gateway'),
      POSTERN_DASHBOARD_URL: settings.dashboardUrl,
      POSTERN_METRICS_PORT: '0',
      POSTERN_DRAIN_SECONDS: '2',
      POSTERN_LOCAL: 'true',
      POSTERN_DEMO: String(options.demo),
      POSTERN_LOCAL_CLUSTERS: settings.connect.join(','),
    },
  });
  const ready = new Promise<string>((resolve) => {
    child.process.on('message', (message: Message) => {
      if (message.type === 'ready') resolve(message.metricsUrl);
      if (message.type === 'local-cluster') settings.onLocalCluster(message);
    });
  });
  return { ...child, metricsUrl: await untilReady('The gateway', child, ready) };
}
