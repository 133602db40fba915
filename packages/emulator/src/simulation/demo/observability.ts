import { type App, DAY, daemonSet, deployment, HOUR, type Seed, seed, service, statefulSet } from './builders.ts';

const namespace = 'observability';
const ago = 10 * DAY;

const prometheus: App = {
  name: 'prometheus',
  namespace,
  image: 'quay.io/prometheus/prometheus:v3.7.0',
  ago,
  port: 9090,
  requests: ['300m', '1Gi'],
};
const grafana: App = {
  name: 'grafana',
  namespace,
  image: 'docker.io/grafana/grafana:12.2.0',
  ago: 5 * DAY + 3 * HOUR,
  port: 3000,
  requests: ['100m', '192Mi'],
};
const loki: App = {
  name: 'loki',
  namespace,
  image: 'docker.io/grafana/loki:3.6.0',
  ago,
  port: 3100,
  requests: ['200m', '512Mi'],
};
const nodeExporter: App = {
  name: 'node-exporter',
  namespace,
  image: 'quay.io/prometheus/node-exporter:v1.10.0',
  ago,
  port: 9100,
  requests: ['20m', '32Mi'],
  pod: { tolerations: [{ operator: 'Exists' }], hostNetwork: true },
};

export const observabilitySeeds: Seed[] = [
  seed('configmaps', ago, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'prometheus-config', namespace },
    data: { 'prometheus.yml': 'global:\n  scrape_interval: 15s\nscrape_configs:\n  - job_name: nodes\n' },
  }),
  seed('serviceaccounts', ago, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'prometheus', namespace },
  }),
  statefulSet(prometheus, '50Gi'),
  statefulSet(loki, '30Gi'),
  deployment(grafana),
  daemonSet(nodeExporter),
  ...[prometheus, loki, grafana].map((app) => service(app, { port: app.port ?? 80 })),
];
