import { names, output, printable, strings, text } from './attacks.ts';

const when = '2026-01-01T00:00:00Z';

/** A kind that the hostile cluster claims to serve. */
export interface Kind {
  group: string;
  version: string;
  resource: string;
  kind: string;
  namespaced: boolean;
  subresources?: string[];
}

const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];

export const kinds: readonly Kind[] = [
  {
    group: '',
    version: 'v1',
    resource: 'pods',
    kind: 'Pod',
    namespaced: true,
    subresources: ['log', 'exec', 'attach'],
  },
  { group: '', version: 'v1', resource: 'nodes', kind: 'Node', namespaced: false },
  { group: '', version: 'v1', resource: 'namespaces', kind: 'Namespace', namespaced: false },
  { group: '', version: 'v1', resource: 'events', kind: 'Event', namespaced: true },
  { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true },
  { group: '', version: 'v1', resource: 'secrets', kind: 'Secret', namespaced: true },
  { group: '', version: 'v1', resource: 'services', kind: 'Service', namespaced: true },
  { group: '', version: 'v1', resource: 'forbiddens', kind: 'Forbidden', namespaced: true },
  { group: '', version: 'v1', resource: 'pages', kind: 'Page', namespaced: true },
  {
    group: 'apps',
    version: 'v1',
    resource: 'deployments',
    kind: 'Deployment',
    namespaced: true,
    subresources: ['scale'],
  },
  { group: 'apps', version: 'v1', resource: 'statefulsets', kind: 'StatefulSet', namespaced: true },
  { group: 'apps', version: 'v1', resource: 'replicasets', kind: 'ReplicaSet', namespaced: true },
  { group: 'batch', version: 'v1', resource: 'cronjobs', kind: 'CronJob', namespaced: true },
  { group: 'networking.k8s.io', version: 'v1', resource: 'ingresses', kind: 'Ingress', namespaced: true },
  { group: printable, version: printable, resource: printable, kind: printable, namespaced: true },
  { group: '../../../../../api/v1', version: '..', resource: '..', kind: 'Up', namespaced: true },
];

/** What `/api` and `/apis` answer: aggregated discovery (KEP-3352). */
export function discovery(core: boolean): unknown {
  const groups = Map.groupBy(
    kinds.filter(({ group }) => (group === '') === core),
    ({ group }) => group,
  );
  const items = [...groups].map(([group, members]) => ({
    metadata: { name: group },
    versions: [
      {
        version: members[0]?.version,
        freshness: 'Current',
        resources: members.map(({ resource, kind, namespaced, subresources = [] }) => ({
          resource,
          responseKind: { group, version: members[0]?.version, kind },
          scope: namespaced ? 'Namespaced' : 'Cluster',
          singularResource: text,
          shortNames: [text, `short-${resource}`],
          categories: [text],
          verbs,
          subresources: subresources.map((subresource) => ({ subresource, verbs })),
        })),
      },
    ],
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

/** An object in which every text is hostile, with the fields that the pages of common kinds read. */
export function hostileObject({ group, version, kind }: Kind, name: string): Record<string, unknown> {
  const container = {
    name: 'main',
    image: text,
    command: [text],
    args: [text],
    env: [{ name: text, value: text }],
    ports: [{ name: text, containerPort: 80, protocol: text }],
    resources: { requests: { cpu: text, memory: text }, limits: strings() },
    volumeMounts: [{ name: text, mountPath: text }],
  };
  const template = { metadata: { labels: strings(), annotations: strings() }, spec: { containers: [container] } };
  const waiting = { waiting: { reason: text, message: text } };
  const condition = { type: text, status: text, reason: text, message: text, lastTransitionTime: when };
  return {
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${kind}-${name}`,
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: when,
      labels: strings(),
      annotations: {
        ...strings(),
        'kubectl.kubernetes.io/default-container': 'main',
        'kubernetes.io/change-cause': text,
      },
      ownerReferences: names.map((owner) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        name: owner,
        uid: text,
        controller: true,
      })),
      finalizers: [text],
    },
    spec: {
      containers: [container, { ...container, name: text }],
      initContainers: [{ ...container, name: 'init' }],
      nodeName: `<b>${names[1]}</b>`,
      serviceAccountName: text,
      selector: { matchLabels: strings(), app: text },
      template,
      jobTemplate: { spec: { template } },
      schedule: text,
      replicas: 1,
      type: text,
      clusterIP: text,
      externalName: text,
      ports: [{ name: text, port: 80, targetPort: text, protocol: text }],
      rules: [
        { host: text, http: { paths: [{ path: text, backend: { service: { name: text, port: { name: text } } } }] } },
      ],
      tls: [{ hosts: [text], secretName: text }],
      volumes: [{ name: text, configMap: { name: text } }],
      tolerations: [{ key: text, operator: text, value: text }],
      taints: [{ key: text, value: text, effect: text }],
    },
    status: {
      phase: text,
      reason: text,
      message: text,
      podIP: text,
      hostIP: text,
      conditions: [condition, { ...condition, type: 'Ready', status: 'True' }],
      containerStatuses: [
        {
          name: 'main',
          ready: false,
          restartCount: 3,
          image: text,
          state: { running: { startedAt: when } },
          lastState: { terminated: { reason: text, exitCode: 1, message: text, finishedAt: when } },
        },
        { name: text, ready: false, restartCount: 3, image: text, state: waiting },
      ],
      initContainerStatuses: [{ name: 'init', ready: false, restartCount: 0, state: waiting }],
      addresses: [{ type: text, address: text }],
      nodeInfo: {
        kubeletVersion: text,
        osImage: text,
        kernelVersion: text,
        containerRuntimeVersion: text,
        architecture: text,
      },
      allocatable: { cpu: text, memory: text },
      capacity: { cpu: text, memory: text },
      loadBalancer: { ingress: [{ hostname: text, ip: text }] },
      replicas: 1,
    },
    data: { ...strings(), [text]: Buffer.from(text).toString('base64') },
    type: kind === 'Event' ? 'Warning' : text,
    reason: text,
    message: `${text}\n${output.join('\n')}`,
    count: 2,
    lastTimestamp: when,
    source: { component: text, host: text },
    involvedObject: { kind: 'Pod', namespace: 'default', name },
    usage: { cpu: text, memory: text },
  };
}

/** The same objects as the rows of a server-side table, under columns with hostile names. */
export function hostileTable(kind: Kind): unknown {
  const columns = ['Name', 'Status', 'Ready', 'Restarts', 'Age', text, 'Type', 'Message'];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: '1' },
    columnDefinitions: columns.map((name) => ({
      name,
      type: 'string',
      format: name === 'Name' ? 'name' : '',
      description: text,
      priority: 0,
    })),
    rows: names.map((name) => ({
      cells: [name, text, `1/${text}`, `3 (${text} ago)`, text, text, output.join(''), { nested: text }],
      object: {
        kind: 'PartialObjectMetadata',
        apiVersion: 'meta.k8s.io/v1',
        metadata: hostileObject(kind, name)['metadata'],
      },
    })),
  };
}
