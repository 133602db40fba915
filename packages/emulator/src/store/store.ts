import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ApiError, alreadyExists, notFound } from '../api/api-error.ts';
import { type KubeObject, type Manifest, timestamp } from '../model/object.ts';
import type { Clock } from '../simulation/clock.ts';
import { attempt } from '../simulation/report-bug.ts';

/** The key of a resource: `pods`, `deployments.apps`. */
export type ResourceKey = string;

export interface StoreEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  revision: number;
  resource: ResourceKey;
  object: KubeObject;
  /** The previous object; undefined if it is new. */
  previous: KubeObject | undefined;
}

/** How many events a watch may be behind before it must list again (in a real cluster, limited by etcd's compaction). */
const HISTORY = 2_000;

/** Limits of the demo, which runs on a laptop and may be used by strangers. */
export const storeLimits = {
  objects: 5_000,
  pods: 500,
  /** All objects of a world as JSON, in characters; the same again for the history of watches. */
  size: 64 * 1024 ** 2,
  /** Of all worlds of an emulator, each of which gets an equal share. */
  sizeOfAll: 512 * 1024 ** 2,
};

/**
 * All objects, in memory; each write has the next resource version. Objects are never changed in place. Listeners run during
 * the write; their errors are reported.
 */
export class Store {
  readonly #clock: Clock;
  readonly #mostSize: () => number;
  readonly #objects = new Map<ResourceKey, Map<string, KubeObject>>();
  readonly #listeners = new Set<(event: StoreEvent) => void>();
  #history: StoreEvent[] = [];
  /** Characters of JSON of each object, of all objects, and of the history. */
  readonly #sizes = new Map<KubeObject, number>();
  #size = 0;
  #historySize = 0;
  #count = 0;
  #revision: number;
  #forgotten: number;

  /**
   * @param firstRevision higher than any revision of an earlier run, so that old watches list again.
   * @param mostSize how many characters of JSON it may hold now.
   */
  constructor(clock: Clock, firstRevision: number, mostSize: () => number) {
    this.#clock = clock;
    this.#mostSize = mostSize;
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

  /** The objects of a resource in the order of their keys (`namespace/name`); of all namespaces if none is given. */
  list(resource: ResourceKey, namespace = ''): KubeObject[] {
    const objects = this.#objects.get(resource);
    if (objects === undefined) return [];
    const found = namespace === '' ? [...objects] : [...objects].filter(([key]) => key.startsWith(`${namespace}/`));
    return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  /** @throws ApiError 409 if the name is in use, 403 if the demo is full. */
  create(resource: ResourceKey, manifest: Manifest): KubeObject {
    const namespace = manifest.metadata.namespace ?? '';
    if (this.find(resource, namespace, manifest.metadata.name)) throw alreadyExists(resource, manifest.metadata.name);
    const pods = resource === 'pods' ? (this.#objects.get('pods')?.size ?? 0) : 0;
    if (this.#count >= storeLimits.objects || pods >= storeLimits.pods) throw this.#full(resource, manifest);
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
   * Replaces an object with a changed copy. Without a change there is no new resource version.
   * @throws ApiError 404 if it no longer exists.
   */
  update(resource: ResourceKey, object: KubeObject): KubeObject {
    const previous = this.get(resource, object.metadata.namespace ?? '', object.metadata.name);
    if (isDeepStrictEqual(previous, object)) return previous;
    return this.#write(resource, 'MODIFIED', object, previous);
  }

  /** Applies `change` to a copy of an object and stores it; does nothing if the object no longer exists. */
  modify<T extends KubeObject>(resource: ResourceKey, object: T, change: (draft: T) => void): T {
    const current = this.find(resource, object.metadata.namespace ?? '', object.metadata.name);
    if (current === undefined || current.metadata.uid !== object.metadata.uid) return object;
    const draft = structuredClone(current) as T;
    change(draft);
    return this.update(resource, draft) as T;
  }

  /** Removes an object permanently, ignoring finalizers; does nothing if it no longer exists. */
  remove(resource: ResourceKey, object: KubeObject): void {
    const previous = this.find(resource, object.metadata.namespace ?? '', object.metadata.name);
    if (previous?.metadata.uid === object.metadata.uid) this.#write(resource, 'DELETED', previous, previous);
  }

  /** Calls `listener` at every write. @returns a function that removes it. */
  subscribe(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Events of a resource after a resource version; undefined if some are no longer in the history (410 Expired). */
  since(resource: ResourceKey, revision: number): StoreEvent[] | undefined {
    if (revision < this.#forgotten) return undefined;
    return this.#history.filter((event) => event.revision > revision && event.resource === resource);
  }

  /** Discards the history: watches from earlier versions must list again. */
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
    if (growth > 0 && this.#size + growth > this.#mostSize()) throw this.#full(resource, value);
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
    const mostSize = this.#mostSize();
    if (this.#history.length <= HISTORY * 1.25 && this.#historySize <= mostSize) return;
    const kept = this.#historySize > mostSize ? Math.min(HISTORY, this.#history.length >> 1) : HISTORY;
    const dropped = this.#history.splice(0, this.#history.length - kept);
    this.#forgotten = dropped.at(-1)?.revision ?? this.#forgotten;
    // Halved, and counted again each time, because an object may occur many times.
    this.#historySize = this.#history.reduce((sum, { object }) => sum + (this.#sizes.get(object) ?? 0), 0);
  }

  #full(resource: ResourceKey, { metadata: { name } }: Manifest): ApiError {
    const { objects, pods } = storeLimits;
    const size = Math.floor(this.#mostSize() / 1024 ** 2);
    const message = `${resource} "${name}" is forbidden: exceeded quota: the demo cluster holds at most ${objects} objects, ${pods} of them pods, and ${size} MiB. Delete some first.`;
    return new ApiError(403, 'Forbidden', message);
  }
}
