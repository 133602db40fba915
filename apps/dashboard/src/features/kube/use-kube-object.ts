'use client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Freshness } from '#features/freshness/freshness.ts';
import { type ApiResource, resourceId, resourcePath } from './api-resource.ts';
import type { ClusterRef } from './cluster-ref.ts';
import { KubeError, sentenceOf } from './kube-error.ts';
import { kubeJson } from './kube-fetch.ts';
import { asObject, type KubeObject } from './kube-object.ts';
import { wholeObjects } from './list-format.ts';
import { LOADING } from './live-list.ts';
import { useLiveList } from './use-live-list.ts';

export interface ObjectRequest {
  ref: ClusterRef;
  resource: ApiResource;
  /** Empty for kinds without namespaces. */
  namespace: string;
  name: string;
}

export interface ObjectState {
  object: KubeObject | undefined;
  /** Whether it does not exist: never did, or was deleted while shown, in which case `object` is its last state. */
  gone: boolean;
  freshness: Freshness;
}

const POLL_MS = 10_000;

/**
 * One object, live. It is requested by name at once, followed by a watch on that name; for people who may get but not list, it
 * is polled.
 */
export function useKubeObject(request: ObjectRequest | undefined): ObjectState {
  const watched = useLiveList(
    request && {
      ref: request.ref,
      resource: request.resource,
      format: wholeObjects,
      namespaces: request.namespace === '' ? [] : [request.namespace],
      fieldSelector: `metadata.name=${request.name}`,
    },
  );
  const live = watched.items[0];
  const following = !['denied', 'failed', 'loading'].includes(watched.freshness.state);
  const queryKey = [
    'object',
    request?.ref.organization,
    request?.ref.cluster,
    request && resourceId(request.resource),
    request?.namespace,
    request?.name,
  ];
  const client = useQueryClient();
  // Once the object is gone, this is its last known state.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key belongs to the object
  useEffect(() => {
    if (live !== undefined) client.setQueryData(queryKey, live);
  }, [live, client]);
  const { data, error, dataUpdatedAt } = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      if (request === undefined) throw new Error('no object');
      const { ref, resource, namespace, name } = request;
      return asObject(await kubeJson(ref, resourcePath(resource, { namespace, name }), { signal }));
    },
    enabled: request !== undefined && live === undefined,
    refetchInterval: following ? false : POLL_MS,
    retry: (failures, reason) => failures < 3 && !(reason instanceof KubeError && reason.lasting),
  });
  if (live !== undefined) return { object: live, gone: false, freshness: watched.freshness };
  if (following && watched.freshness.state !== 'catching-up') {
    // The watch knows that it does not exist.
    return { object: data, gone: true, freshness: watched.freshness };
  }
  if (error !== null) return { object: data, ...failure(error, data !== undefined, dataUpdatedAt) };
  const loading = data === undefined;
  const polled: Freshness = {
    state: 'polled',
    at: dataUpdatedAt,
    everyMs: POLL_MS,
    reason: 'You are not allowed to watch this kind.',
  };
  return {
    object: data,
    gone: false,
    freshness: loading || watched.freshness.state === 'loading' ? LOADING : polled,
  };
}

function failure(error: Error, hasData: boolean, since: number): Omit<ObjectState, 'object'> {
  const message = sentenceOf(error);
  if (error instanceof KubeError && error.status === 404)
    return { gone: true, freshness: { state: 'failed', message, retryAt: Date.now() } };
  if (error instanceof KubeError && error.status === 403)
    return { gone: false, freshness: { state: 'denied', message } };
  const retryAt = Date.now() + POLL_MS;
  return {
    gone: false,
    freshness: hasData ? { state: 'stale', since, reason: message, retryAt } : { state: 'failed', message, retryAt },
  };
}
