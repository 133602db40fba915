import { accessObjects } from '@postern/kube';
import type { Rule } from '../../model/kinds.ts';
import { DAY, type Seed, seed } from './builders.ts';

const AGE = 12 * DAY;
const GROUP = 'rbac.authorization.k8s.io';
const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];

const rule = (apiGroup: string, resources: string[], verbs: string[]): Rule => ({
  apiGroups: [apiGroup],
  resources,
  verbs,
});

/** The resources of `view`: everything in a namespace except secrets and RBAC. */
const viewable: [group: string, resources: string[]][] = [
  ['', ['configmaps', 'endpoints', 'events', 'persistentvolumeclaims', 'pods', 'serviceaccounts', 'services']],
  ['', ['namespaces', 'pods/log', 'pods/status', 'services/status']],
  [
    'apps',
    [
      'daemonsets',
      'deployments',
      'deployments/scale',
      'replicasets',
      'replicasets/scale',
      'statefulsets',
      'statefulsets/scale',
    ],
  ],
  ['autoscaling', ['horizontalpodautoscalers']],
  ['batch', ['cronjobs', 'jobs']],
  ['networking.k8s.io', ['ingresses', 'networkpolicies']],
  ['policy', ['poddisruptionbudgets']],
  ['discovery.k8s.io', ['endpointslices']],
  ['metrics.k8s.io', ['pods', 'nodes']],
  ['demo.postern.dev', ['backups']],
];

const editable: [group: string, resources: string[]][] = [
  [
    '',
    ['configmaps', 'endpoints', 'events', 'persistentvolumeclaims', 'pods', 'secrets', 'serviceaccounts', 'services'],
  ],
  ['', ['pods/attach', 'pods/exec', 'pods/portforward', 'pods/eviction']],
  ...viewable.filter(([group]) => group !== '' && group !== 'metrics.k8s.io' && group !== 'discovery.k8s.io'),
];

const view = [
  ...viewable.map(([group, resources]) => rule(group, resources, READ)),
  rule('apps', ['controllerrevisions'], READ),
];
const edit = [
  ...view,
  rule('', ['secrets', 'pods/attach', 'pods/exec', 'pods/portforward'], READ),
  ...editable.map(([group, resources]) => rule(group, resources, WRITE)),
];
const admin = [...edit, rule(GROUP, ['roles', 'rolebindings'], [...READ, ...WRITE])];

const roles: Record<string, Rule[]> = {
  'cluster-admin': [
    { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
    { nonResourceURLs: ['*'], verbs: ['*'] },
  ],
  admin,
  edit,
  view,
  'system:discovery': [
    {
      nonResourceURLs: ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', '/version', '/version/'],
      verbs: ['get'],
    },
    { nonResourceURLs: ['/healthz', '/livez', '/readyz'], verbs: ['get'] },
  ],
  'system:basic-user': [
    rule('authorization.k8s.io', ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'], ['create']),
    rule('authentication.k8s.io', ['selfsubjectreviews'], ['create']),
  ],
};

function role(name: string, rules: Rule[]): Seed {
  const metadata = { name, labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } };
  return seed(`clusterroles.${GROUP}`, AGE, { apiVersion: `${GROUP}/v1`, kind: 'ClusterRole', metadata, rules });
}

function binding(roleName: string, group: string): Seed {
  return seed(`clusterrolebindings.${GROUP}`, AGE, {
    apiVersion: `${GROUP}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: roleName },
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: roleName },
    subjects: [{ apiGroup: GROUP, kind: 'Group', name: group }],
  });
}

/** The rights of Postern's levels, as in the install manifest. */
const levels = accessObjects({ clusterId: 'demo', location: 'in-cluster' }).map((object) =>
  seed(`${object.kind.toLowerCase()}s.${GROUP}`, DAY, { ...object, metadata: { ...object.metadata } }),
);

/** The default roles, and those of Postern. */
export const accessSeeds: Seed[] = [
  ...Object.entries(roles).map(([name, rules]) => role(name, rules)),
  binding('cluster-admin', 'system:masters'),
  binding('system:discovery', 'system:authenticated'),
  binding('system:basic-user', 'system:authenticated'),
  ...levels,
];
