import { href } from '#components/href.ts';
import { type ApiResource, resourceId } from '#features/kube/api-resource.ts';
import { type ClusterRef, clusterHref } from '#features/kube/cluster-ref.ts';

/** The URL of a kind's table, in the most recently chosen namespaces. */
export function kindHref(ref: ClusterRef, kind: ApiResource, namespaces: string): string {
  const query = kind.namespaced && namespaces !== '' ? href`?ns=${namespaces}`.replaceAll('%2C', ',') : '';
  return clusterHref(ref) + href`/r/${resourceId(kind)}` + query;
}

/** The URL of one object. */
export function objectHref(ref: ClusterRef, kind: ApiResource, object: { namespace: string; name: string }): string {
  const namespace = kind.namespaced ? object.namespace : '-';
  return clusterHref(ref) + href`/r/${resourceId(kind)}/${namespace}/${object.name}`;
}
