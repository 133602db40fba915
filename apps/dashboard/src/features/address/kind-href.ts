import { href } from '#components/href.ts';
import { type ApiResource, resourceId } from '#features/kube/api-resource.ts';
import { type ClusterRef, clusterHref } from '#features/kube/cluster-ref.ts';

/** The address of a kind's table, in the namespaces last chosen. */
export function kindHref(ref: ClusterRef, kind: ApiResource, namespaces: string): string {
  const query = kind.namespaced && namespaces !== '' ? href`?ns=${namespaces}`.replaceAll('%2C', ',') : '';
  return clusterHref(ref) + href`/r/${resourceId(kind)}` + query;
}

/** The address of one object. */
export function objectHref(ref: ClusterRef, kind: ApiResource, object: { namespace: string; name: string }): string {
  const namespace = kind.namespaced ? object.namespace : '-';
  return clusterHref(ref) + href`/r/${resourceId(kind)}/${namespace}/${object.name}`;
}
