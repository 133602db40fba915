import { resourceId } from '#features/kube/api-resource.ts';
import type { FieldMask } from '#features/kube/fields.ts';
import type { knownKinds } from '#features/kube/known-kinds.ts';
import { list, strings, text } from '#features/kube/read.ts';
import type { Column, Row } from '#features/kube/table-rows.ts';
import type { Change } from './change.ts';
import { imageChange, imagesOf } from './images.ts';
import { latestWrite, managedFieldsMask, managedWrites, managerName } from './managers.ts';

/** The metadata of workloads and of replica sets that changes are read from. */
export const workloadMetadata: FieldMask = {
  ownerReferences: { kind: true, name: true },
  annotations: {
    'deployment.kubernetes.io/revision': true,
    'deployment.kubernetes.io/revision-history': true,
    'kubernetes.io/change-cause': true,
  },
  managedFields: managedFieldsMask,
};

/** A table's rows with `workloadMetadata`, and its columns. */
export interface Table {
  items: readonly Row[];
  columns: readonly Column[];
}

/** Clocks differ, and a controller needs a moment: writes this close together belong to one change. */
const TOGETHER_MS = 10_000;

function reader(columns: readonly Column[]) {
  const indexes = new Map(columns.map(({ name }, index) => [name, index]));
  return (row: Row, column: string): string => String(row.cells[indexes.get(column) ?? -1] ?? '');
}

/** The rollouts of deployments, each of which has a replica set, with what changed in their images. */
export function rollouts(sets: Table, deployments: Table | undefined): Change[] {
  const read = reader(sets.columns);
  const known = sets.items.flatMap((row) => {
    const owner = list(row.metadata, 'ownerReferences').find((one) => text(one, 'kind') === 'Deployment');
    const name = text(owner, 'name');
    if (name === undefined || Number.isNaN(row.created)) return [];
    const annotations = strings(row.metadata, 'annotations');
    const revision = Number(annotations['deployment.kubernetes.io/revision'] ?? Number.NaN);
    const images = imagesOf(read(row, 'Containers'), read(row, 'Images'));
    return { row, deployment: `${row.namespace}/${name}`, name, revision, annotations, images };
  });
  const byDeployment = Map.groupBy(known, ({ deployment }) => deployment);
  const owners = new Map(deployments?.items.map((row) => [`${row.namespace}/${row.name}`, row]));
  return known.map(({ row, deployment, name, revision, annotations, images }) => {
    const older = (byDeployment.get(deployment) ?? []).filter((one) => one.revision < revision);
    const before = older.toSorted((a, b) => b.revision - a.revision)[0];
    const again = (annotations['deployment.kubernetes.io/revision-history'] ?? '') !== '';
    const at = again ? (latestWrite(row.metadata)?.at ?? row.created) : row.created;
    const cause = annotations['kubernetes.io/change-cause'];
    const change = before === undefined ? undefined : imageChange(before.images, images);
    return {
      key: `rollout/${row.key}`,
      at,
      object: { resource: 'deployments.apps', kind: 'Deployment', namespace: row.namespace, name },
      what: rolloutWords(revision, again),
      detail:
        [change ?? (before === undefined ? undefined : 'same images'), cause].filter(Boolean).join('; ') || undefined,
      by: writerAt(owners.get(deployment)?.metadata, at),
    };
  });
}

function rolloutWords(revision: number, again: boolean): string {
  if (Number.isNaN(revision)) return 'rolled out';
  if (again) return `rolled back, as revision ${revision}`;
  return revision === 1 ? 'created' : `rolled out revision ${revision}`;
}

/** Who wrote the object itself at about this time. */
function writerAt(metadata: unknown, at: number): string | undefined {
  const write = managedWrites(metadata).find(
    ({ subresource, at: written }) => subresource === '' && Math.abs(written - at) < TOGETHER_MS,
  );
  return write && managerName(write.manager);
}

/** The last scaling of each workload. */
export function scalings(workloads: Table, kind: (typeof knownKinds)['deployments' | 'statefulSets']): Change[] {
  const read = reader(workloads.columns);
  return workloads.items.flatMap((row) => {
    const write = latestWrite(row.metadata, 'scale');
    if (write === undefined) return [];
    const [, wanted] = /\/(\d+)$/.exec(read(row, 'Ready')) ?? [];
    return {
      key: `scale/${row.key}`,
      at: write.at,
      object: { resource: resourceId(kind), kind: kind.kind, namespace: row.namespace, name: row.name },
      what: wanted === undefined ? 'scaled' : `scaled to ${wanted}`,
      // The horizontal autoscaler is one of its controllers.
      by: write.manager === 'kube-controller-manager' ? 'an autoscaler' : managerName(write.manager),
    };
  });
}

/** The last change of each stateful set and daemon set, which have no replica sets. */
export function edits(workloads: Table, kind: (typeof knownKinds)['statefulSets' | 'daemonSets']): Change[] {
  return workloads.items.flatMap((row) => {
    const write = latestWrite(row.metadata);
    const at = write?.at ?? row.created;
    if (Number.isNaN(at)) return [];
    const fresh = at - row.created < TOGETHER_MS;
    return {
      key: `edit/${row.key}`,
      at,
      object: { resource: resourceId(kind), kind: kind.kind, namespace: row.namespace, name: row.name },
      what: fresh ? 'created' : 'changed',
      by: write && managerName(write.manager),
    };
  });
}
