import { type ApiResource, resourcePath } from './api-resource.ts';
import type { ClusterRef } from './cluster-ref.ts';
import { kubeFetch, kubeJson } from './kube-fetch.ts';
import { asObject, type KubeObject } from './kube-object.ts';

/** One object of one cluster. */
export interface ObjectRef {
  ref: ClusterRef;
  resource: ApiResource;
  /** Empty for kinds without namespaces. */
  namespace: string;
  name: string;
}

/** By this name `managedFields` tells changes made here from others; without it, the server would use the browser's name. */
const MANAGED = { fieldManager: 'postern-dashboard' };
const MERGE_PATCH = 'application/merge-patch+json';

const pathOf = ({ resource, namespace, name }: ObjectRef, subresource?: string): string =>
  resourcePath(resource, { namespace, name, ...(subresource !== undefined && { subresource }) });

export async function getObject(target: ObjectRef): Promise<KubeObject> {
  return asObject(await kubeJson(target.ref, pathOf(target)));
}

/** Deletes like kubectl: dependents are deleted in the background. @throws KubeError */
export async function deleteObject(target: ObjectRef): Promise<void> {
  await kubeFetch(target.ref, pathOf(target), {
    method: 'DELETE',
    body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' },
  });
}

/** @throws KubeError */
export async function patchObject(target: ObjectRef, patch: unknown): Promise<void> {
  await kubeFetch(target.ref, pathOf(target), {
    method: 'PATCH',
    params: MANAGED,
    body: patch,
    contentType: MERGE_PATCH,
  });
}

/** Uses the scale subresource, which every scalable workload has, including custom resources. @throws KubeError */
export async function scaleObject(target: ObjectRef, replicas: number): Promise<void> {
  await kubeFetch(target.ref, pathOf(target, 'scale'), {
    method: 'PATCH',
    params: MANAGED,
    body: { spec: { replicas } },
    contentType: MERGE_PATCH,
  });
}

/** Like `kubectl rollout restart`: sets an annotation on the pod template. @throws KubeError */
export async function restartObject(target: ObjectRef, now: Date): Promise<void> {
  const annotations = { 'kubectl.kubernetes.io/restartedAt': now.toISOString() };
  await patchObject(target, { spec: { template: { metadata: { annotations } } } });
}

/** Replaces an object, optionally as a dry run. @throws KubeError 409: it changed meanwhile. */
export async function replaceObject(
  target: ObjectRef,
  object: unknown,
  options: { dryRun: boolean },
): Promise<KubeObject> {
  const params = {
    ...MANAGED,
    fieldValidation: 'Strict',
    ...(options.dryRun && { dryRun: 'All' }),
  };
  return asObject(await kubeJson(target.ref, pathOf(target), { method: 'PUT', params, body: object }));
}
