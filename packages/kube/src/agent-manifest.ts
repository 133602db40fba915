import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { accessObjects, impersonationRules, installationLabels, type KubeObject } from './access-objects.ts';
import { agentRuntime } from './agent-runtime.ts';

/** What the operator allows the agent, chosen at the installation. Each field left out is the stricter choice but the first. */
export interface ManifestPolicy {
  readOnly?: boolean | undefined;
  /** Full names of groups: RBAC has no wildcards, and a rule without names would include system:masters. */
  allowGroups?: readonly string[] | undefined;
  allowImpersonation?: boolean | undefined;
  /** The only namespaces that can be reached; undefined for all. */
  namespaces?: readonly string[] | undefined;
  allowProxy?: boolean | undefined;
}

export interface AgentManifestOptions {
  /** Origin of the gateway, `https://…`. */
  gatewayUrl: string;
  /** Valid once, at the agent's first start. */
  joinToken: string;
  /** The authority that signed the gateway's certificate; null if it is a public one. */
  caPem: string | null;
  image: string;
  clusterId: string;
  clusterName: string;
  organization: string;
  policy?: ManifestPolicy;
}

const namespace = 'postern-agent';
const joinSecret = 'postern-agent-join';
const identitySecret = 'postern-agent-identity';
const mountPath = '/etc/postern';
const healthPort = 8080;
/** `nonroot` in distroless images; any number other than 0 would work. */
const userId = 65_532;

const selector = { 'app.kubernetes.io/name': 'postern-agent' };

/** Keeps service meshes out: the tunnel is one outbound, authenticated TLS connection, which a proxy would break. */
const outsideMeshes = {
  'sidecar.istio.io/inject': 'false',
  'linkerd.io/inject': 'disabled',
  'kuma.io/sidecar-injection': 'disabled',
  'consul.hashicorp.com/connect-inject': 'false',
};

/**
 * Everything the agent needs in a cluster, as a stream of YAML documents for `kubectl apply -f -`. The agent itself may
 * impersonate (`impersonationRules`) and keep its identity in one Secret. Applying the manifest again with a new join token restarts the agent, which then enrols again. The identity
 * Secret has no data in the manifest, so that applying it never overwrites the key.
 */
export function renderAgentManifest(options: AgentManifestOptions): string {
  return agentObjects(options)
    .map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }))
    .join('---\n');
}

function agentObjects(options: AgentManifestOptions): KubeObject[] {
  const labels = { ...installationLabels(options), ...selector };
  const inNamespace = (name: string): KubeObject['metadata'] => ({ name, namespace, labels });
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: namespace,
        labels: {
          ...labels,
          'pod-security.kubernetes.io/enforce': 'restricted',
          'pod-security.kubernetes.io/warn': 'restricted',
        },
      },
    },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: inNamespace('postern-agent') },
    ...permissions(labels, options.policy?.allowGroups ?? []),
    ...accessObjects({ clusterId: options.clusterId, location: 'in-cluster' }),
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: inNamespace(joinSecret),
      type: 'Opaque',
      stringData: { 'join-token': options.joinToken, ...(options.caPem === null ? {} : { 'ca.crt': options.caPem }) },
    },
    { apiVersion: 'v1', kind: 'Secret', metadata: inNamespace(identitySecret), type: 'Opaque' },
    deployment(options, labels),
  ];
}

function permissions(labels: Record<string, string>, groups: readonly string[]): KubeObject[] {
  const identity = { name: identitySecret, namespace, labels };
  const apiGroup = 'rbac.authorization.k8s.io';
  const subjects = [{ kind: 'ServiceAccount', name: 'postern-agent', namespace }];
  return [
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'postern:agent', labels },
      rules: impersonationRules(groups),
    },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'postern:agent', labels },
      roleRef: { apiGroup, kind: 'ClusterRole', name: 'postern:agent' },
      subjects,
    },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'Role',
      metadata: identity,
      rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: [identitySecret], verbs: ['get', 'patch'] }],
    },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'RoleBinding',
      metadata: identity,
      roleRef: { apiGroup, kind: 'Role', name: identitySecret },
      subjects,
    },
  ];
}

function deployment(options: AgentManifestOptions, labels: Record<string, string>): KubeObject {
  const joinHash = createHash('sha256').update(options.joinToken).digest('hex').slice(0, 16);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'postern-agent',
      namespace,
      labels,
      annotations: { 'postern.dev/cluster': options.clusterName, 'postern.dev/organization': options.organization },
    },
    spec: {
      replicas: 1,
      selector: { matchLabels: selector },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: { ...labels, 'sidecar.istio.io/inject': 'false' },
          // A new join token must restart the pod, because the agent reads it at startup.
          annotations: { ...outsideMeshes, 'postern.dev/join-token-hash': joinHash },
        },
        spec: {
          serviceAccountName: 'postern-agent',
          terminationGracePeriodSeconds: 10,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: userId,
            runAsGroup: userId,
            fsGroup: userId,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [container(options)],
          volumes: [{ name: 'join', secret: { secretName: joinSecret, defaultMode: 0o440 } }],
        },
      },
    },
  };
}

function container(options: AgentManifestOptions): object {
  const fromField = (fieldPath: string): object => ({ valueFrom: { fieldRef: { fieldPath } } });
  const probe = (path: string): object => ({ httpGet: { path, port: 'health' }, periodSeconds: 10, timeoutSeconds: 3 });
  return {
    name: 'agent',
    image: options.image,
    imagePullPolicy: 'IfNotPresent',
    env: [
      { name: 'POSTERN_URL', value: options.gatewayUrl },
      { name: 'POSTERN_JOIN_TOKEN_FILE', value: `${mountPath}/join-token` },
      ...(options.caPem === null ? [] : [{ name: 'POSTERN_CA_FILE', value: `${mountPath}/ca.crt` }]),
      ...policyVariables(options.policy ?? {}),
      { name: 'POSTERN_HEALTH_PORT', value: String(healthPort) },
      { name: 'POSTERN_NAMESPACE', ...fromField('metadata.namespace') },
      { name: 'POSTERN_INSTANCE', ...fromField('metadata.name') },
      { name: 'NODE_OPTIONS', value: agentRuntime.nodeArgs.join(' ') },
      ...Object.entries(agentRuntime.env).map(([name, value]) => ({ name, value })),
    ],
    ports: [{ name: 'health', containerPort: healthPort }],
    livenessProbe: { ...probe('/healthz'), failureThreshold: 6 },
    readinessProbe: { ...probe('/readyz'), periodSeconds: 2 },
    resources: { requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '256Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [{ name: 'join', mountPath, readOnly: true }],
  };
}

function policyVariables(policy: ManifestPolicy): { name: string; value: string }[] {
  const { readOnly, allowGroups = [], allowImpersonation, namespaces, allowProxy } = policy;
  return [
    ...(readOnly ? [{ name: 'POSTERN_READ_ONLY', value: 'true' }] : []),
    ...(allowGroups.length > 0 ? [{ name: 'POSTERN_ALLOWED_GROUPS', value: allowGroups.join(',') }] : []),
    ...(allowImpersonation ? [{ name: 'POSTERN_ALLOW_IMPERSONATION', value: 'true' }] : []),
    ...(namespaces === undefined ? [] : [{ name: 'POSTERN_ALLOWED_NAMESPACES', value: namespaces.join(',') }]),
    ...(allowProxy ? [{ name: 'POSTERN_ALLOW_PROXY', value: 'true' }] : []),
  ];
}
