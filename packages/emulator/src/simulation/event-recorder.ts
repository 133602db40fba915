import type { CoreEvent } from '../model/kinds.ts';
import { type KubeObject, timestamp } from '../model/object.ts';
import { hashSuffix } from '../model/random-suffix.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from './clock.ts';

/** How long an event is kept after it was last seen, in milliseconds; the default of the apiserver's --event-ttl. */
const LIFETIME = 3_600_000;

export interface Happening {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  component: string;
  fieldPath?: string;
}

/** Records events about objects; repetitions only increase the count. */
export class EventRecorder {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  record(about: KubeObject, happening: Happening): void {
    const { type, reason, message, component, fieldPath } = happening;
    const { name, uid, resourceVersion } = about.metadata;
    const namespace = about.metadata.namespace ?? 'default';
    const now = timestamp(this.#clock.now());
    const eventName = `${name}.${hashSuffix(`${uid}/${reason}/${message}/${fieldPath}`, 16)}`;
    const known = this.#store.find('events', namespace, eventName) as CoreEvent | undefined;
    if (known !== undefined) {
      this.#store.modify('events', known, (draft) => {
        draft.count = (draft.count ?? 1) + 1;
        draft.lastTimestamp = now;
      });
      return;
    }
    const host = (about['spec'] as { nodeName?: string } | undefined)?.nodeName;
    this.#store.create('events', {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: eventName, namespace },
      involvedObject: {
        apiVersion: about.apiVersion,
        kind: about.kind,
        name,
        ...(about.metadata.namespace === undefined ? {} : { namespace }),
        uid,
        resourceVersion,
        ...(fieldPath === undefined ? {} : { fieldPath }),
      },
      reason,
      message,
      type,
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      eventTime: null,
      source: { component, ...(component === 'kubelet' && host !== undefined ? { host } : {}) },
      reportingComponent: component,
      reportingInstance: component === 'kubelet' ? (host ?? '') : '',
    });
  }

  /** Removes expired events. */
  sweep(): void {
    const oldest = this.#clock.now() - LIFETIME;
    for (const event of this.#store.list('events') as CoreEvent[]) {
      if (Date.parse(event.lastTimestamp ?? event.metadata.creationTimestamp) < oldest)
        this.#store.remove('events', event);
    }
  }
}
