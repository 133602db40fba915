import { type ApiResource, resourceId } from '#features/kube/api-resource.ts';
import { list, strings, text } from '#features/kube/read.ts';
import type { Change } from './change.ts';
import { imageChange, imagesOf } from './images.ts';
import { latestWrite, managedWrites, managerName } from './managers.ts';
import { cellReader, type Table, TOGETHER_MS } from './table.ts';

/** The rollouts of deployments, each of which has a replica set, with what changed in their images. */
export function rollouts(sets: Table, deployments: Table | undefined): Change[] {
  const read = cellReader(sets.columns);
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

/** The last change of each stateful set and daemon set, which have no replica sets. */
export function edits(workloads: Table, kind: ApiResource): Change[] {
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
