import { deferredCode, loadCode } from '#components/deferred.tsx';
import { JSON_ONLY } from '#features/kube/accept.ts';
import { resourcePath } from '#features/kube/api-resource.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { KubeError } from '#features/kube/kube-error.ts';
import { kubeFetch, kubeJson } from '#features/kube/kube-fetch.ts';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { objectFields } from '#features/kube/list-format.ts';
import type { NoUsage } from './no-usage.ts';
import { type Measurement, readMeasurement } from './usage.ts';
import { UsageHistory } from './usage-history.ts';

/** What to measure: all pods of some namespaces, all nodes, or one of them. */
export interface UsageRequest {
  ref: ClusterRef;
  resource: 'pods' | 'nodes';
  /** Empty for the whole cluster. */
  namespaces: readonly string[];
  /** One pod or node only; a pod needs its namespace as the only one. */
  name?: string | undefined;
}

/** The answer: measurements by `namespace/name`, or why there are none. */
export type UsageAnswer =
  | { type: 'measured'; measurements: ReadonlyMap<string, Measurement>; history: UsageHistory }
  | { type: 'none'; reason: NoUsage };

const noUsageCode = deferredCode(() => import('./no-usage.ts'));

const kinds = { pods: knownKinds.podMetrics, nodes: knownKinds.nodeMetrics };
/** Parsed in the worker that parses the lists, because those of large clusters are megabytes. */
const format = objectFields<KubeObject>({ timestamp: true, usage: true, containers: true });

/** One for the pods and one for the nodes of each cluster, for as long as the tab is open. */
const histories = new Map<string, UsageHistory>();

function historyOf({ ref, resource }: UsageRequest): UsageHistory {
  const place = JSON.stringify([ref.organization, ref.cluster, resource]);
  const history = histories.get(place) ?? new UsageHistory();
  histories.set(place, history);
  return history;
}

/**
 * Reads the newest measurements: one list per namespace, or one for the whole cluster, never one request per pod.
 * @throws TypeError if the gateway cannot be reached, KubeError if the cluster cannot.
 */
export async function loadUsage(request: UsageRequest, signal: AbortSignal): Promise<UsageAnswer> {
  const { ref, resource, namespaces, name } = request;
  try {
    const found = await Promise.all(
      (namespaces.length === 0 ? [''] : namespaces).map((namespace) => read(request, namespace, signal)),
    );
    const measurements = new Map(found.flat().map((one) => [one.key, one]));
    const history = historyOf(request);
    history.add(measurements.values());
    return { type: 'measured', measurements, history };
  } catch (error) {
    if (!(error instanceof KubeError) || ![403, 404, 500, 503].includes(error.status)) throw error;
    // A pod or node without a measurement is a 404 too, which names it; an API that is not served names nothing.
    if (error.status === 404 && name !== undefined && error.message.includes(name))
      return { type: 'measured', measurements: new Map(), history: historyOf(request) };
    const { explainNoUsage, METRICS_SERVICE } = await loadCode(noUsageCode);
    const service = await kubeJson(ref, METRICS_SERVICE, { signal }).catch((reason: unknown) => reason);
    // The gateway's own 503, for an offline agent, is not about metrics.
    if (service instanceof KubeError && service.status >= 500) throw error;
    return { type: 'none', reason: explainNoUsage(error, resource, service) };
  }
}

async function read(request: UsageRequest, namespace: string, signal: AbortSignal): Promise<Measurement[]> {
  const { ref, resource, name } = request;
  const path = resourcePath(kinds[resource], { namespace, name });
  const response = await kubeFetch(ref, path, { accept: JSON_ONLY, signal });
  const objects =
    name === undefined ? (await format.readPage(await response.arrayBuffer())).items : [await response.json()];
  const now = Date.now();
  return objects.flatMap((object) => readMeasurement(object, now) ?? []);
}
