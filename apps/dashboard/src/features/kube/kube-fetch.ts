import { apiFetch } from '#features/browser-session/api.ts';
import { httpLink, observeBody } from '#features/freshness/http-link.ts';
import { type ClusterRef, clusterUrl, type QueryParams } from './cluster-ref.ts';
import { kubeErrorOf } from './kube-error.ts';

export interface KubeRequest {
  params?: QueryParams;
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  accept?: string;
  /** Sent as JSON. */
  body?: unknown;
  contentType?: string;
  signal?: AbortSignal | undefined;
}

/**
 * Sends a request to a cluster's API as the signed-in person.
 * @throws KubeError for an error response of the cluster or the gateway; TypeError if the gateway cannot be reached.
 */
export async function kubeFetch(ref: ClusterRef, path: string, request: KubeRequest = {}): Promise<Response> {
  const {
    params,
    method = 'GET',
    accept = 'application/json',
    body,
    contentType = 'application/json',
    signal,
  } = request;
  const response = await apiFetch(clusterUrl(ref, path, params), {
    method,
    headers: { accept, ...(body !== undefined && { 'content-type': contentType }) },
    body: body === undefined ? null : JSON.stringify(body),
    signal: method === 'GET' ? breakable(signal) : (signal ?? null),
  });
  if (response.ok) return observeBody(response);
  const answer: unknown = await response.json().catch(() => undefined);
  throw kubeErrorOf(answer, response.status);
}

/** Reads end when the connection turns out to be dead; whether a change was made is for the browser to find out. */
function breakable(signal: AbortSignal | undefined): AbortSignal {
  return signal === undefined ? httpLink.signal : AbortSignal.any([signal, httpLink.signal]);
}

/** The same, with the body parsed as JSON. */
export async function kubeJson(ref: ClusterRef, path: string, request: KubeRequest = {}): Promise<unknown> {
  const response = await kubeFetch(ref, path, request);
  return await response.json();
}
