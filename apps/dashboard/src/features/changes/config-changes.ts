import { type ApiResource, resourceId } from '#features/kube/api-resource.ts';
import { keyOf } from '#features/kube/kube-object.ts';
import { get, text } from '#features/kube/read.ts';
import type { Change } from './change.ts';
import { latestWrite, managerName } from './managers.ts';
import { ELECTION } from './selection.ts';

/** The last change of each config map or secret, except those that controllers write for themselves. */
export function configChanges(objects: readonly { metadata: unknown }[], kind: ApiResource): Change[] {
  return objects.flatMap(({ metadata }) => {
    const name = text(metadata, 'name') ?? '';
    if (name === 'kube-root-ca.crt' || get(metadata, 'annotations', ELECTION) !== undefined) return [];
    const created = Date.parse(text(metadata, 'creationTimestamp') ?? '');
    const write = latestWrite(metadata);
    const at = write?.at ?? created;
    if (Number.isNaN(at)) return [];
    return {
      key: `config/${kind.kind}/${keyOf(metadata)}`,
      at,
      object: { resource: resourceId(kind), kind: kind.kind, namespace: text(metadata, 'namespace') ?? '', name },
      what: at - created < 1000 ? 'created' : 'changed',
      by: write && managerName(write.manager),
    };
  });
}
