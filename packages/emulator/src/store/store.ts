import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ApiError, alreadyExists, notFound } from '../api/api-error.ts';
import { type KubeObject, type Manifest, timestamp } from '../model/object.ts';
import type { Clock } from '../simulation/clock.ts';
import { attempt } from '../simulation/report-bug.ts';

/** Names a resource: `pods`, `deployments.apps`. */
export type ResourceKey = string;

export interface StoreEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  revision: number;
  resource: ResourceKey;
  object: KubeObject;
  /** What it was before; undefined when it was not. */
  previous: KubeObject | undefined;
}

/** How many events a watch may be behind before it must list again (the apiserver: what etcd has not compacted). */
const HISTORY = 2_000;

/** What the demo holds at most: it is for trying out, on a laptop, and strangers may be among those who try. */
export const storeLimits = {
  objects: 5_000,
  pods: 500,
  /** All objects as JSON, characters; as much again for the history of watches. */
  size: 64 * 1024 ** 2,
};

/**
 * All objects, in memory, each write with the next resource version. Objects are never changed in place. A listener runs in the
 * write itself; what it throws is reported.
 */
export class Store {
  readonly #clock: Clock;
  readonly #objects = new Map<ResourceKey, Map<string, KubeObject>>();
  readonly #listeners = new Set<(event: StoreEvent) => void>();
  #history: StoreEvent[] = [];
  /** Characters of JSON of each object, and of all; those of the history. */
  readonly #sizes = new Map<KubeObject, number>();
  #size = 0;
  #historySize = 0;
  #count = 0;
  #revision: number;
  #forgotten: number;

  /** @param firstRevision higher than any that an earlier run of the same cluster gave out, so that old watches list again. */
  constructor(clock: Clock, firstRevision: number) {
    this.#clock = clock;
    this.#revision = firstRevision;
    this.#forgotten = firstRevision;
  }

  /** The resource version of the last write. */
  get revision(): number {
    return this.#revision;
  }

  find(resource: ResourceKey, namespace: string, name: string): KubeObject | undefined {
    return this.#objects.get(resource)?.get(`${namespace}/${name}`);
  }

  /** @throws ApiError 404. */
  get(resource: ResourceKey, namespace: string, name: string): KubeObject {
    const object = this.find(resource, namespace, name);
    if (object === undefined) throw notFound(resource, name);
    return object;
  }

  /** The objects of a resource in the order of their keys (`namespace/name`); of all namespaces when none is named. */
  list(resource: ResourceKey, namespace = ''): KubeObject[] {
    const objects = this.#objects.get(resource);
    if (objects === undefined) return [];
    const found = namespace === '' ? [...objects] : [...objects].filter(([key]) => key.startsWith(`${namespace}/`));
    return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  /** @throws ApiError 409 when the name is taken, 403 when the demo is full. */
  create(resource: ResourceKey, manifest: Manifest): KubeObject {
    const namespace = manifest.metadata.namespace ?? '';
    if (this.find(resource, namespace, manifest.metadata.name)) throw alreadyExists(resource, manifest.metadata.name);
    const pods = resource === 'pods' ? (this.#objects.get('pods')?.size ?? 0) : 0;
    if (this.#count >= storeLimits.objects || pods >= storeLimits.pods) throw full(resource, manifest.metadata.name);
    const object: KubeObject = {
      ...manifest,
      metadata: {
        ...manifest.metadata,
        uid: randomUUID(),
        resourceVersion: '',
        creationTimestamp: timestamp(this.#clock.now()),
      },
    };
    return this.#write(resource, 'ADDED', object, undefined);
  }

  /**
   * Replaces an object by a changed copy. No change, no new resource version.
   * @throws ApiError 404 when it is gone.
   */
  update(resource: ResourceKey, object: KubeObject): KubeObject {
    const previous = this.get(resource, object.metadata.namespace ?? '', object.metadata.name);
    if (isDeepStrictEqual(previous, object)) return previous;
    return this.#write(resource, 'MODIFIED', object, previous);
  }

  /** Changes a copy of an object in `change` and stores it; does nothing when the object is gone. */
  modify<T extends KubeObject>(resource: ResourceKey, object: T, change: (draft: T) => void): T {
    const current = this.find(resource, object.metadata.namespace ?? '', object.metadata.name);
    if (current === undefined || current.metadata.uid !== object.metadata.uid) return object;
    const draft = structuredClone(current) as T;
    change(draft);
    return this.update(resource, draft) as T;
  }

  /** Removes it for good, whatever its finalizers say; does nothing when it is gone. */
  remove(resource: ResourceKey, object: KubeObject): void {
    const previous = this.find(resource, object.metadata.namespace ?? '', object.metadata.name);
    if (previous?.metadata.uid === object.metadata.uid) this.#write(resource, 'DELETED', previous, previous);
  }

  /** Calls `listener` at every write from now on. @returns what ends it. */
  subscribe(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Events of a resource after a resource version; undefined when they are no longer all known (410 Expired). */
  since(resource: ResourceKey, revision: number): StoreEvent[] | undefined {
    if (revision < this.#forgotten) return undefined;
    return this.#history.filter((event) => event.revision > revision && event.resource === resource);
  }

  /** Forgets all events so far: who watches from before must list again. */
  compact(): void {
    this.#history = [];
    this.#historySize = 0;
    this.#forgotten = this.#revision;
  }

  #write(
    resource: ResourceKey,
    type: StoreEvent['type'],
    value: KubeObject,
    previous: KubeObject | undefined,
  ): KubeObject {
    const size = type === 'DELETED' ? 0 : JSON.stringify(value).length;
    const growth = size - (previous === undefined ? 0 : (this.#sizes.get(previous) ?? 0));
    if (growth > 0 && this.#size + growth > storeLimits.size) throw full(resource, value.metadata.name);
    this.#revision++;
    const object = { ...value, metadata: { ...value.metadata, resourceVersion: String(this.#revision) } };
    let objects = this.#objects.get(resource);
    if (objects === undefined) {
      objects = new Map();
      this.#objects.set(resource, objects);
    }
    const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    if (type === 'DELETED') objects.delete(key);
    else objects.set(key, object);
    this.#count += type === 'ADDED' ? 1 : type === 'DELETED' ? -1 : 0;
    this.#size += growth;
    if (previous !== undefined) this.#sizes.delete(previous);
    if (type !== 'DELETED') this.#sizes.set(object, size);
    const event: StoreEvent = { type, revision: this.#revision, resource, object, previous };
    this.#remember(event, size);
    for (const listener of this.#listeners) attempt(`a listener to ${resource}`, () => listener(event));
    return object;
  }

  #remember(event: StoreEvent, size: number): void {
    this.#history.push(event);
    this.#historySize += size;
    if (this.#history.length <= HISTORY * 1.25 && this.#historySize <= storeLimits.size) return;
    const kept = this.#historySize > storeLimits.size ? Math.min(HISTORY, this.#history.length >> 1) : HISTORY;
    const dropped = this.#history.splice(0, this.#history.length - kept);
    this.#forgotten = dropped.at(-1)?.revision ?? this.#forgotten;
    // By halves, and counted anew each time: an object may be in it many times.
    this.#historySize = this.#history.reduce((sum, { object }) => sum + (this.#sizes.get(object) ?? 0), 0);
  }
}

function full(resource: ResourceKey, name: string): ApiError {
  const { objects, pods } = storeLimits;
  const message = `${resource} "${name}" is forbidden: exceeded quota: the demo cluster holds at most ${objects} objects, ${pods} of them pods, and 64 MiB. Delete some first.`;
  return new ApiError(403, 'Forbidden', message);
}
