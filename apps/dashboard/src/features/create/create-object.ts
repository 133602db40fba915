import { type ApiResource, resourcePath } from '#features/kube/api-resource.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import { kubeJson } from '#features/kube/kube-fetch.ts';
import { asObject, type KubeObject } from '#features/kube/kube-object.ts';

/** Where new objects of a kind go. */
export interface Home {
  ref: ClusterRef;
  resource: ApiResource;
  /** Empty for kinds without namespaces. */
  namespace: string;
}

/** Creates an object, optionally as a dry run. @throws KubeError 409: it exists. */
export async function createObject(
  { ref, resource, namespace }: Home,
  object: unknown,
  options: { dryRun: boolean },
): Promise<KubeObject> {
  const params = {
    fieldManager: 'postern-dashboard',
    fieldValidation: 'Strict',
    ...(options.dryRun && { dryRun: 'All' }),
  };
  const path = resourcePath(resource, { namespace });
  return asObject(await kubeJson(ref, path, { method: 'POST', params, body: object }));
}
