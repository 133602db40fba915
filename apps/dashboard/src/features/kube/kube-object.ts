import { get, list, record, text } from './read.ts';

/** A Kubernetes object; only `metadata` is known to exist. */
export interface KubeObject {
  metadata: Record<string, unknown>;
  [field: string]: unknown;
}

/** Treats JSON as an object; makes sure that `metadata` exists, whatever was sent. */
export function asObject(value: unknown): KubeObject {
  return { ...record(value), metadata: record(value, 'metadata') };
}

/** The object's uid, or its namespace and name for the few kinds without one or with an empty one (metrics). */
export function keyOf(metadata: unknown): string {
  return text(metadata, 'uid') || `${text(metadata, 'namespace') ?? ''}/${text(metadata, 'name') ?? ''}`;
}

export const objectKey = (object: KubeObject): string => keyOf(object.metadata);

/** The kind of the controller of an object, from its metadata; empty if it has none. */
export function controllerOf(metadata: unknown): string {
  const owner = list(metadata, 'ownerReferences').find((one) => get(one, 'controller') === true);
  return text(owner, 'kind') ?? '';
}
