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
  /** The kind of its controller, if it is known and has one. */
  controller?: string;
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

/** A patch in one of the formats that the API server knows. */
export interface Patch {
  contentType:
    | 'application/merge-patch+json'
    | 'application/json-patch+json'
    | 'application/strategic-merge-patch+json';
  body: unknown;
}

/** Applies a JSON merge patch. @returns the object as it is then. @throws KubeError */
export async function patchObject(target: ObjectRef, patch: unknown): Promise<KubeObject> {
  return await sendPatch(target, { contentType: MERGE_PATCH, body: patch }, { dryRun: false });
}

/** Applies a patch, optionally as a dry run. @returns the object as it is or would be then. @throws KubeError */
export async function sendPatch(target: ObjectRef, patch: Patch, options: { dryRun: boolean }): Promise<KubeObject> {
  const params = { ...MANAGED, ...(options.dryRun && { dryRun: 'All' }) };
  return asObject(await kubeJson(target.ref, pathOf(target), { method: 'PATCH', params, ...patch }));
}

/** Creates an object in a namespace. @throws KubeError 409: the name is taken. */
export async function createObject(place: Omit<ObjectRef, 'name'>, object: unknown): Promise<KubeObject> {
  const path = resourcePath(place.resource, { namespace: place.namespace });
  return asObject(await kubeJson(place.ref, path, { method: 'POST', params: MANAGED, body: object }));
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

/** Like `kubectl rollout restart`: sets an annotation on the pod template. @returns the object as it is then. @throws KubeError */
export async function restartObject(target: ObjectRef, now: Date): Promise<KubeObject> {
  // Whole seconds, as kubectl writes them.
  const annotations = { 'kubectl.kubernetes.io/restartedAt': now.toISOString().replace(/\.\d+Z$/, 'Z') };
  return await patchObject(target, { spec: { template: { metadata: { annotations } } } });
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
