import { BEHAVIOUR } from '../behaviour.ts';
import { type App, DAY, deployment, HOUR, MINUTE, type Seed, seed, service, statefulSet } from './builders.ts';

const namespace = 'shop';
const IMAGE = 'ghcr.io/postern-demo';

const frontend: App = {
  name: 'frontend',
  namespace,
  image: `${IMAGE}/frontend:2.14.1`,
  ago: 3 * DAY,
  replicas: 3,
  port: 3000,
  requests: ['100m', '128Mi'],
  env: { CATALOG_URL: 'http://catalog', CHECKOUT_URL: 'http://checkout', NODE_ENV: 'production' },
};
const catalog: App = {
  name: 'catalog',
  namespace,
  image: `${IMAGE}/catalog:1.8.0`,
  ago: 9 * DAY,
  replicas: 2,
  port: 8080,
  requests: ['150m', '192Mi'],
  env: { DATABASE_HOST: 'postgres', LOG_FORMAT: 'json' },
};
const checkout: App = {
  name: 'checkout',
  namespace,
  image: `${IMAGE}/checkout:4.2.3`,
  ago: 26 * HOUR,
  replicas: 2,
  port: 8080,
  requests: ['200m', '256Mi'],
  env: { PAYMENTS_URL: 'http://payments', QUEUE_HOST: 'redis' },
  sidecars: [
    {
      name: 'metrics-exporter',
      image: `${IMAGE}/exporter:0.9.2`,
      ports: [{ name: 'metrics', containerPort: 9102, protocol: 'TCP' }],
      resources: { requests: { cpu: '10m', memory: '24Mi' } },
    },
  ],
  annotations: { 'kubectl.kubernetes.io/default-container': 'checkout' },
};
const payments: App = {
  name: 'payments',
  namespace,
  image: `${IMAGE}/payments:0.31.0-rc.2`,
  ago: 95 * MINUTE,
  port: 8443,
  requests: ['100m', '96Mi'],
  annotations: { [BEHAVIOUR]: 'crash 20s' },
};
const recommendations: App = {
  name: 'recommendations',
  namespace,
  image: `${IMAGE}/recommendations:0.4.0`,
  ago: 41 * MINUTE,
  port: 8501,
  requests: ['500m', '1Gi'],
  container: {
    resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '1Gi', 'nvidia.com/gpu': '1' } },
  },
};
const search: App = {
  name: 'search',
  namespace,
  image: `${IMAGE}/search:3.1.0`,
  ago: 5 * HOUR,
  replicas: 2,
  port: 9200,
  requests: ['100m', '256Mi'],
  annotations: { [BEHAVIOUR]: 'exhaust 900s' },
};
const mailer: App = {
  name: 'mailer',
  namespace,
  image: `${IMAGE}/mailer:1.12.0-rc1`,
  ago: 22 * MINUTE,
  port: 8025,
  requests: ['20m', '64Mi'],
  annotations: { [BEHAVIOUR]: 'miss-image' },
};
const redis: App = {
  name: 'redis',
  namespace,
  image: 'docker.io/library/redis:8.2',
  ago: 9 * DAY,
  port: 6379,
  requests: ['50m', '64Mi'],
};
const postgres: App = {
  name: 'postgres',
  namespace,
  image: 'docker.io/library/postgres:18.1',
  ago: 11 * DAY,
  replicas: 2,
  port: 5432,
  requests: ['250m', '512Mi'],
};

const base64 = (text: string) => Buffer.from(text).toString('base64');

const configuration: Seed[] = [
  seed('configmaps', 3 * DAY, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'frontend-config', namespace },
    data: {
      'features.json': '{\n  "newCart": true,\n  "giftCards": false\n}\n',
      LOG_LEVEL: 'info',
      THEME: 'autumn',
    },
  }),
  seed('secrets', 11 * DAY, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'postgres-credentials', namespace },
    type: 'Opaque',
    data: { username: base64('shop'), password: base64('not-a-real-password') },
  }),
  seed('ingresses.networking.k8s.io', 9 * DAY, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'shop', namespace },
    spec: {
      ingressClassName: 'nginx',
      tls: [{ hosts: ['shop.example.com'], secretName: 'shop-tls' }],
      rules: [
        {
          host: 'shop.example.com',
          http: {
            paths: [
              { path: '/', pathType: 'Prefix', backend: { service: { name: 'frontend', port: { number: 80 } } } },
              {
                path: '/checkout',
                pathType: 'Prefix',
                backend: { service: { name: 'checkout', port: { number: 80 } } },
              },
            ],
          },
        },
      ],
    },
    status: { loadBalancer: { ingress: [{ ip: '172.18.0.100' }] } },
  }),
  seed('networkpolicies.networking.k8s.io', 9 * DAY, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'postgres-from-shop', namespace },
    spec: {
      podSelector: { matchLabels: { 'app.kubernetes.io/name': 'postgres' } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ podSelector: {} }], ports: [{ protocol: 'TCP', port: 5432 }] }],
    },
  }),
  seed('poddisruptionbudgets.policy', 3 * DAY, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'frontend', namespace },
    spec: { minAvailable: 2, selector: { matchLabels: { 'app.kubernetes.io/name': 'frontend' } } },
  }),
  seed('horizontalpodautoscalers.autoscaling', 3 * DAY, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'frontend', namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'frontend' },
      minReplicas: 3,
      maxReplicas: 10,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
      ],
    },
    status: { currentReplicas: 3, desiredReplicas: 3, conditions: [], currentMetrics: null },
  }),
  seed('cronjobs.batch', 34 * MINUTE, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'cart-cleanup', namespace },
    spec: {
      schedule: '*/5 * * * *',
      concurrencyPolicy: 'Forbid',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: {
        spec: {
          template: {
            metadata: { labels: { 'app.kubernetes.io/name': 'cart-cleanup' } },
            spec: {
              containers: [{ name: 'cleanup', image: `${IMAGE}/cleanup:1.0.4`, resources: {} }],
              restartPolicy: 'OnFailure',
            },
          },
        },
      },
    },
  }),
];

const definition: Seed = seed('customresourcedefinitions.apiextensions.k8s.io', 8 * DAY, {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'backups.demo.postern.dev' },
  spec: {
    group: 'demo.postern.dev',
    scope: 'Namespaced',
    names: { kind: 'Backup', listKind: 'BackupList', plural: 'backups', singular: 'backup', shortNames: ['bk'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'A backup of a database.',
            properties: {
              spec: {
                type: 'object',
                description: 'What is backed up.',
                properties: {
                  database: { type: 'string', description: 'The stateful set that is backed up.' },
                  retention: { type: 'string', description: 'How long the backup is kept.' },
                },
              },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
        additionalPrinterColumns: [
          { name: 'Database', type: 'string', jsonPath: '.spec.database' },
          { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
          { name: 'Size', type: 'string', jsonPath: '.status.size' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          { name: 'Retention', type: 'string', jsonPath: '.spec.retention', priority: 1 },
        ],
      },
    ],
  },
  status: {
    acceptedNames: { kind: 'Backup', plural: 'backups' },
    conditions: [{ type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'accepted' }],
    storedVersions: ['v1'],
  },
});

const backups = [3, 2, 1].map((days) =>
  seed('backups.demo.postern.dev', days * DAY - 5 * HOUR, {
    apiVersion: 'demo.postern.dev/v1',
    kind: 'Backup',
    metadata: { name: `postgres-nightly-${days}`, namespace },
    spec: { database: 'postgres', retention: '14d' },
    status: { phase: days === 2 ? 'Failed' : 'Completed', ...(days === 2 ? {} : { size: `${4_100 + days * 13}Mi` }) },
  }),
);

export const shopSeeds: Seed[] = [
  definition,
  ...backups,
  ...configuration,
  ...[frontend, catalog, checkout, payments, recommendations, search, mailer, redis].map(deployment),
  statefulSet(postgres, '20Gi'),
  ...[frontend, catalog, checkout, payments, recommendations, search, mailer].map((app) => service(app)),
  service(redis, { port: 6379 }),
  service(postgres, { port: 5432, clusterIP: 'None' }),
];
