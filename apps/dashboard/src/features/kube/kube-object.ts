import { record, text } from './read.ts';

/** `metadata` and all else that is needed of an object. */
export interface KubeObject {
  metadata: Record<string, unknown>;
  [field: string]: unknown;
}

/** Takes JSON for an object; `metadata` is there afterwards, whatever was sent. */
export function asObject(value: unknown): KubeObject {
  return { ...record(value), metadata: record(value, 'metadata') };
}

/** The object's uid, or its place for the few kinds that have none, or an empty one (metrics). */
export function keyOf(metadata: unknown): string {
  return text(metadata, 'uid') || `${text(metadata, 'namespace') ?? ''}/${text(metadata, 'name') ?? ''}`;
}

export const objectKey = (object: KubeObject): string => keyOf(object.metadata);
