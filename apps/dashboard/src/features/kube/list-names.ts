import { METADATA_LIST } from './accept.ts';
import { type ApiResource, resourcePath } from './api-resource.ts';
import type { ClusterRef } from './cluster-ref.ts';
import { kubeJson } from './kube-fetch.ts';
import { list, text } from './read.ts';

export interface ObjectName {
  /** Empty for kinds without namespaces. */
  namespace: string;
  name: string;
}

const PAGE = 1000;

/**
 * Requests the names of a kind's objects in the whole cluster once, for a search; use a live list for anything shown live.
 * `most`: stops requesting pages at this number of names. @throws KubeError
 */
export async function listNames(
  ref: ClusterRef,
  resource: ApiResource,
  { most = Number.POSITIVE_INFINITY, signal }: { most?: number; signal?: AbortSignal | undefined } = {},
): Promise<ObjectName[]> {
  const names: ObjectName[] = [];
  let next: string | undefined;
  do {
    const params = { limit: PAGE, continue: next };
    const page = await kubeJson(ref, resourcePath(resource), { params, accept: METADATA_LIST, signal });
    for (const item of list(page, 'items')) {
      const name = text(item, 'metadata', 'name');
      if (name !== undefined) names.push({ namespace: text(item, 'metadata', 'namespace') ?? '', name });
    }
    next = text(page, 'metadata', 'continue') || undefined;
  } while (next !== undefined && names.length < most);
  return names;
}
