import type { ClusterRef } from './cluster-ref.ts';
import { kubeJson } from './kube-fetch.ts';
import { list, text } from './read.ts';

const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, application/json';

/** Names of all namespaces, sorted. @throws KubeError 403 for people who may not list them. */
export async function listNamespaces(ref: ClusterRef, signal?: AbortSignal): Promise<string[]> {
  const names: string[] = [];
  let next: string | undefined;
  do {
    const params = { limit: 1000, continue: next };
    const page = await kubeJson(ref, '/api/v1/namespaces', { params, accept: METADATA_ONLY, signal });
    names.push(...list(page, 'items').flatMap((item) => text(item, 'metadata', 'name') ?? []));
    next = text(page, 'metadata', 'continue') || undefined;
  } while (next !== undefined);
  return names.sort();
}
