'use client';
import { useCallback, useRef, useSyncExternalStore } from 'react';
import { type ApiResource, resourceId } from './api-resource.ts';
import type { ClusterRef } from './cluster-ref.ts';
import type { Freshness } from './freshness.ts';
import { ListWatch } from './list-watch.ts';
import { type KubeObject, objectKey, objectSource } from './sources.ts';
import { browserSurroundings } from './surroundings.ts';

export interface ObjectsRequest {
  ref: ClusterRef;
  resource: ApiResource;
  namespace: string;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
}

export interface ObjectsState {
  objects: readonly KubeObject[];
  freshness: Freshness;
}

const NOTHING: ObjectsState = { objects: [], freshness: { state: 'loading', loaded: 0, remaining: undefined } };

/** Whole objects, live; for few of them, chosen by a selector. `request` undefined: not yet. */
export function useKubeObjects(request: ObjectsRequest | undefined): ObjectsState {
  const key = request === undefined ? '' : JSON.stringify({ ...request, resource: resourceId(request.resource) });
  const current = useRef({ key: '', state: NOTHING });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all of the request
  const subscribe = useCallback(
    (listener: () => void) => {
      if (key === '' || request === undefined) return () => undefined;
      const objects = new Map<string, KubeObject>();
      let frame: number | undefined;
      current.current = { key, state: NOTHING };
      const publish = (freshness: Freshness) => {
        current.current = { key, state: { objects: [...objects.values()], freshness } };
        listener();
      };
      const changed = () => {
        frame ??= requestAnimationFrame(() => {
          frame = undefined;
          publish(current.current.state.freshness);
        });
      };
      const watch = new ListWatch({
        source: objectSource(request),
        sink: {
          put: (items) => {
            for (const item of items) objects.set(objectKey(item), item);
            changed();
          },
          remove: (keys) => {
            for (const gone of keys) objects.delete(gone);
            changed();
          },
          freshness: publish,
        },
        around: browserSurroundings,
      });
      void watch.run();
      return () => {
        watch.stop();
        if (frame !== undefined) cancelAnimationFrame(frame);
      };
    },
    [key],
  );
  return useSyncExternalStore(
    subscribe,
    () => (current.current.key === key ? current.current.state : NOTHING),
    () => NOTHING,
  );
}
