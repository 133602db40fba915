// Writes packages/emulator/src/schema/declared-fields.ts from the OpenAPI documents of a real Kubernetes:
//   KUBECONFIG=… node scripts/kubernetes-fields.mjs
// KUBECTL is another kubectl than that of the PATH.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The kinds that the emulator serves, by group and version. */
const served = {
  'api/v1': [
    'ConfigMap',
    'Endpoints',
    'Event',
    'Namespace',
    'Node',
    'PersistentVolumeClaim',
    'PersistentVolume',
    'Pod',
    'Secret',
    'ServiceAccount',
    'Service',
  ],
  'apis/apps/v1': ['ControllerRevision', 'DaemonSet', 'Deployment', 'ReplicaSet', 'Scale', 'StatefulSet'],
  'apis/autoscaling/v2': ['HorizontalPodAutoscaler'],
  'apis/batch/v1': ['CronJob', 'Job'],
  'apis/networking.k8s.io/v1': ['Ingress', 'NetworkPolicy'],
  'apis/policy/v1': ['PodDisruptionBudget'],
  'apis/rbac.authorization.k8s.io/v1': ['ClusterRoleBinding', 'ClusterRole', 'RoleBinding', 'Role'],
  'apis/storage.k8s.io/v1': ['StorageClass'],
  'apis/apiextensions.k8s.io/v1': ['CustomResourceDefinition'],
  'apis/coordination.k8s.io/v1': ['Lease'],
  'apis/discovery.k8s.io/v1': ['EndpointSlice'],
};

const program = process.env.KUBECTL || 'kubectl';
const kubectl = (path) => execFileSync(program, ['get', '--raw', path], { encoding: 'utf8', maxBuffer: 2 ** 26 });

const lines = new Map();
/** The full names of types that have the same short one. */
const names = new Map();

/** A name that is short and unique: `PodSpec`, or `discovery.EndpointPort` if it is taken. */
function nameOf(reference) {
  const full = reference.split('/').at(-1);
  const [group, , short] = full.split('.').slice(-3);
  const known = names.get(short) ?? full;
  names.set(short, known);
  return known === full ? short : `${group}.${short}`;
}

function isReference(schema) {
  return schema?.$ref ?? schema?.allOf?.[0]?.$ref;
}

/** Adds a type and all to which it refers. @returns its name; undefined if its fields are not declared. */
function add(reference, schemas) {
  const { properties } = schemas[reference.split('/').at(-1)] ?? {};
  if (properties === undefined) return undefined;
  const name = nameOf(reference);
  if (lines.has(name)) return name;
  lines.set(name, '');
  const fields = Object.entries(properties).map(([field, schema]) => {
    const one = isReference(schema) ?? isReference(schema.items);
    const each = isReference(schema.additionalProperties);
    const type = (one ?? each) && add(one ?? each, schemas);
    if (type !== undefined) return `${field}${each === undefined ? '>' : '>>'}${type}`;
    const isOpen = schema.additionalProperties !== undefined || one !== undefined || schema.type === 'object';
    return isOpen ? `${field}>*` : field;
  });
  lines.set(name, fields.join(' '));
  return name;
}

for (const [path, kinds] of Object.entries(served)) {
  const { schemas } = JSON.parse(kubectl(`/openapi/v3/${path}`)).components;
  for (const kind of kinds) {
    const name = add(Object.keys(schemas).find((full) => full.endsWith(`.${kind}`)) ?? '', schemas);
    if (name !== kind) throw new Error(`${kind} of ${path} is called ${name}`);
  }
}

const { gitVersion } = JSON.parse(kubectl('/version'));
const text = [...lines].map(([name, fields]) => `${name}: ${fields}`).join('\n');
const file = fileURLToPath(new URL('../packages/emulator/src/schema/declared-fields.ts', import.meta.url));
writeFileSync(
  file,
  `/**
 * The fields that Kubernetes ${gitVersion} declares for the kinds served here, written by scripts/kubernetes-fields.mjs. One type per
 * line, with its fields: \`name>Type\` is an object or a list of objects, \`name>>Type\` a map of objects, \`name>*\` may contain anything.
 */
export const declaredFields = \`
${text}
\`;
`,
);
