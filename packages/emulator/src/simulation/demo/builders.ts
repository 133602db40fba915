import type { Manifest } from '../../model/object.ts';

/** An object created some time before the demo starts. */
export interface Seed {
  resource: string;
  /** How long ago, in milliseconds. */
  ago: number;
  manifest: Manifest;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface App {
  name: string;
  namespace: string;
  image: string;
  ago: number;
  replicas?: number;
  port?: number;
  /** CPU and memory requested. */
  requests?: [cpu: string, memory: string];
  env?: Record<string, string>;
  annotations?: Record<string, string>;
  /** Additional fields of the pod's spec, and of its first container. */
  pod?: object;
  container?: object;
  sidecars?: object[];
}

/** The pod template of an app. */
function template(app: App): object {
  const { name, image, port, requests: [cpu, memory] = ['20m', '32Mi'], env = {} } = app;
  return {
    metadata: {
      labels: { 'app.kubernetes.io/name': name },
      ...(app.annotations === undefined ? {} : { annotations: app.annotations }),
    },
    spec: {
      containers: [
        {
          name,
          image,
          ...(port === undefined ? {} : { ports: [{ name: 'http', containerPort: port, protocol: 'TCP' }] }),
          ...(Object.keys(env).length === 0
            ? {}
            : { env: Object.entries(env).map(([key, value]) => ({ name: key, value })) }),
          resources: { requests: { cpu, memory }, limits: { memory } },
          ...app.container,
        },
        ...(app.sidecars ?? []),
      ],
      ...app.pod,
    },
  };
}

function workload(kind: string, app: App, spec: object): Seed {
  const labels = { 'app.kubernetes.io/name': app.name };
  return {
    resource: `${kind.toLowerCase()}s.apps`,
    ago: app.ago,
    manifest: {
      apiVersion: 'apps/v1',
      kind,
      metadata: { name: app.name, namespace: app.namespace, labels, generation: 1 },
      spec: { ...spec, selector: { matchLabels: labels }, template: template(app) },
    },
  };
}

export const deployment = (app: App) => workload('Deployment', app, { replicas: app.replicas ?? 1 });

export const statefulSet = (app: App, storage: string) =>
  workload('StatefulSet', app, {
    replicas: app.replicas ?? 1,
    serviceName: app.name,
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage } },
          storageClassName: 'standard',
        },
      },
    ],
  });

export const daemonSet = (app: App) => workload('DaemonSet', app, {});

/** A service for the app with the same name. */
export function service(app: App, { port = 80, ...spec }: { port?: number } & Record<string, unknown> = {}): Seed {
  const { name, namespace, ago } = app;
  return seed('services', ago, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/name': name } },
    spec: {
      selector: { 'app.kubernetes.io/name': name },
      ports: [{ name: 'http', port, protocol: 'TCP', targetPort: 'http' }],
      ...spec,
    },
  });
}

export function seed(resource: string, ago: number, manifest: Manifest): Seed {
  return { resource, ago, manifest };
}
