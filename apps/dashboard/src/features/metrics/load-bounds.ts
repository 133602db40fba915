import { resourcePath } from '#features/kube/api-resource.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { kubeFetch } from '#features/kube/kube-fetch.ts';
import { type KubeObject, keyOf } from '#features/kube/kube-object.ts';
import { objectFields } from '#features/kube/list-format.ts';
import { text } from '#features/kube/read.ts';
import { type Bounds, nodeBounds, podBounds } from './bounds.ts';
import type { UsageRequest } from './load-usage.ts';
import { usageKey } from './usage.ts';

/** Objects per page, and pages per namespace: beyond them there is usage without bounds, because whole pods are large. */
const PAGE = 500;
const MOST_PAGES = 4;

const containers = { resources: true, restartPolicy: true } as const;
const formats = {
  pods: objectFields<KubeObject>({ spec: { containers, initContainers: containers } }),
  nodes: objectFields<KubeObject>({ status: { allocatable: true } }),
};
const kinds = { pods: knownKinds.pods, nodes: knownKinds.nodes };
const readers = { pods: podBounds, nodes: nodeBounds };

/** Reads the requests and limits of all pods, or what nodes can allocate, by `namespace/name`. @throws KubeError */
export async function loadBounds(
  { ref, resource, namespaces }: UsageRequest,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Bounds>> {
  const found = new Map<string, Bounds>();
  const format = formats[resource];
  for (const namespace of namespaces.length === 0 ? [''] : namespaces) {
    let next: string | undefined;
    for (let page = 0; page < MOST_PAGES && next !== ''; page++) {
      const response = await kubeFetch(ref, resourcePath(kinds[resource], { namespace }), {
        params: { limit: PAGE, continue: next },
        accept: format.accept.list,
        signal,
      });
      const read = await format.readPage(await response.arrayBuffer());
      for (const object of read.items) {
        const { metadata } = object;
        const key = usageKey(text(metadata, 'namespace') ?? '', text(metadata, 'name') ?? keyOf(metadata));
        found.set(key, readers[resource](object));
      }
      next = read.next;
    }
  }
  return found;
}
