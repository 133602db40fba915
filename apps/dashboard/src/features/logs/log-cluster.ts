import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import { KubeError } from '#features/kube/kube-error.ts';
import { kubeFetch, kubeJson } from '#features/kube/kube-fetch.ts';
import { podPath } from '#features/pods/pod-containers.ts';
import { type LogPod, readLogPod } from './log-pod.ts';

/** Where the log of a container begins; empty for its very beginning, as far as the node keeps it. */
export interface LogFrom {
  /** The last lines. */
  tailLines?: number;
  /** The most recent seconds. */
  sinceSeconds?: number;
  /** RFC 3339, in whole seconds. */
  sinceTime?: string;
}

export interface LogRequest {
  namespace: string;
  pod: string;
  container: string;
  /** Whether to read the log of the run before the current one. */
  previous: boolean;
  from: LogFrom;
}

/** A cluster, as far as logs need it; both calls throw what `kubeFetch` throws. */
export interface LogCluster {
  /** Opens the log of a container with timestamps, and follows it unless it is that of the previous run. */
  open: (request: LogRequest, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
  /** The pod as it is now; undefined if it does not exist. */
  pod: (target: { namespace: string; pod: string }, signal: AbortSignal) => Promise<LogPod | undefined>;
}

/** The logs and pods of a cluster, through the gateway. */
export function clusterLogs(ref: ClusterRef): LogCluster {
  return {
    open: async (request, signal) => {
      const { container, previous, from } = request;
      const response = await kubeFetch(ref, `${podPath(request)}/log`, {
        accept: '*/*',
        params: { container, follow: !previous, previous: previous || undefined, timestamps: true, ...from },
        signal,
      });
      return response.body === null ? nothing() : chunksOf(response.body);
    },
    pod: async (target, signal) => {
      try {
        return readLogPod(await kubeJson(ref, podPath(target), { signal }));
      } catch (error) {
        if (error instanceof KubeError && error.status === 404) return undefined;
        throw error;
      }
    },
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Not every browser can iterate over a ReadableStream. */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
