import { createHash } from 'node:crypto';
import type { ResourceExchange } from '../api/exchange.ts';
import type { Node, Pod } from '../model/kinds.ts';
import { type KubeObject, timestamp } from '../model/object.ts';
import { parseQuantity } from '../model/quantity.ts';
import { matchLabels, parseLabelSelector } from '../store/label-selector.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from './clock.ts';

interface Usage {
  /** In cores. */
  cpu: number;
  /** In bytes. */
  memory: number;
}

/** metrics.k8s.io: simulated from each container's requests, changing slowly; a node's usage is the sum of its pods'. */
export function metricsObjects(
  { store, clock }: { store: Store; clock: Clock },
  exchange: ResourceExchange,
): KubeObject[] {
  const { resource, namespace, name, query } = exchange;
  const matches = query.get('labelSelector') ? parseLabelSelector(query.get('labelSelector') ?? '') : matchLabels({});
  const now = clock.now();
  const running = (store.list('pods', namespace) as Pod[]).filter(({ status }) => status?.phase === 'Running');
  const objects = resource.kind === 'PodMetrics' ? running.map((pod) => podMetrics(pod, now)) : nodeMetrics(store, now);
  return objects.filter(
    (object) => (name === '' || object.metadata.name === name) && matches(object.metadata.labels ?? {}),
  );
}

function nodeMetrics(store: Store, now: number): KubeObject[] {
  const pods = store.list('pods') as Pod[];
  return (store.list('nodes') as Node[]).map((node) => {
    const here = pods.filter((pod) => pod.spec.nodeName === node.metadata.name && pod.status?.phase === 'Running');
    const system = { cpu: 0.08, memory: 600 * 2 ** 20 };
    const usages = here.flatMap((pod) => pod.spec.containers.map((one) => usageOf(pod, one.name, now)));
    const sum = usages.reduce((a, b) => ({ cpu: a.cpu + b.cpu, memory: a.memory + b.memory }), system);
    return metrics(node, { usage: quantities(sum) }, now);
  });
}

function podMetrics(pod: Pod, now: number): KubeObject {
  const containers = pod.spec.containers.map(({ name }) => ({ name, usage: quantities(usageOf(pod, name, now)) }));
  return metrics(pod, { containers }, now);
}

function metrics(about: KubeObject, measured: object, now: number): KubeObject {
  const { name, namespace, labels } = about.metadata;
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
    creationTimestamp: timestamp(now),
    uid: '',
    resourceVersion: '',
  };
  const time = { timestamp: timestamp(now - (now % 15_000)), window: '15s' };
  const kind = `${about.kind}Metrics`;
  return { kind, apiVersion: 'metrics.k8s.io/v1beta1', metadata, ...time, ...measured };
}

/** A fraction of the container's requests, as two slow waves. */
function usageOf(pod: Pod, container: string, now: number): Usage {
  const requests = pod.spec.containers.find(({ name }) => name === container)?.resources?.requests ?? {};
  const seed = createHash('sha256').update(`${pod.metadata.uid}/${container}`).digest();
  const phase = seed.readUInt16BE(0) / 10_000;
  const wave = (period: number, shift: number) => Math.sin(now / period + phase + shift);
  const cpu =
    (parseQuantity(requests['cpu'] ?? '20m') ?? 0.02) * (0.4 + 0.15 * wave(90_000, 0) + 0.1 * wave(17_000, 2));
  const memory = (parseQuantity(requests['memory'] ?? '32Mi') ?? 2 ** 25) * (0.7 + 0.05 * wave(600_000, 1));
  return { cpu, memory };
}

function quantities({ cpu, memory }: Usage): { cpu: string; memory: string } {
  return { cpu: `${Math.round(cpu * 1e9)}n`, memory: `${Math.round(memory / 1024)}Ki` };
}
