import type { ClusterRef } from './cluster-ref.ts';
import { knownKinds } from './known-kinds.ts';
import { listNames } from './list-names.ts';

/** The names of all namespaces, sorted. @throws KubeError 403 if the person may not list them. */
export async function listNamespaces(ref: ClusterRef, signal?: AbortSignal): Promise<string[]> {
  const found = await listNames(ref, knownKinds.namespaces, { signal });
  return found.map(({ name }) => name).sort();
}
