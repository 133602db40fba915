import type { Node, Pod, PodSpec } from '../model/kinds.ts';
import { timestamp } from '../model/object.ts';
import { parseQuantity } from '../model/quantity.ts';
import { isFinished } from './pod-factory.ts';
import type { Simulation } from './simulation.ts';

const RETRY = 60_000;
const component = 'default-scheduler';

/** Binds a new pod to the node with the most room; if there is none, records why and tries again. */
export function schedule(simulation: Simulation, pod: Pod): void {
  const { store, clock, events } = simulation;
  const current = store.find('pods', pod.metadata.namespace ?? '', pod.metadata.name) as Pod | undefined;
  const isSame = current?.metadata.uid === pod.metadata.uid;
  if (current === undefined || !isSame || current.spec.nodeName !== undefined || current.metadata.deletionTimestamp)
    return;
  const nodes = store.list('nodes') as Node[];
  const pods = (store.list('pods') as Pod[]).filter((one) => one.spec.nodeName !== undefined && !isFinished(one));
  const problems = new Map<string, number>();
  const fitting = nodes.filter((node) => {
    const problem = problemOf(node, current, pods);
    if (problem !== undefined) problems.set(problem, (problems.get(problem) ?? 0) + 1);
    return problem === undefined;
  });
  const countOn = (node: Node) => pods.filter((one) => one.spec.nodeName === node.metadata.name).length;
  const [best] = fitting.toSorted((a, b) => countOn(a) - countOn(b));
  if (best !== undefined) {
    const nodeName = best.metadata.name;
    store.modify('pods', current, (draft) => {
      draft.spec.nodeName = nodeName;
    });
    const message = `Successfully assigned ${current.metadata.namespace}/${current.metadata.name} to ${nodeName}`;
    events.record(current, { type: 'Normal', reason: 'Scheduled', message, component });
    return;
  }
  const why = [...problems].map(([problem, count]) => `${count} ${problem}`).join(', ');
  const message = `0/${nodes.length} nodes are available: ${why}. preemption: 0/${nodes.length} nodes are available: ${nodes.length} Preemption is not helpful for scheduling.`;
  events.record(current, { type: 'Warning', reason: 'FailedScheduling', message, component });
  const lastTransitionTime = current.status?.conditions?.[0]?.lastTransitionTime ?? timestamp(clock.now());
  store.modify('pods', current, (draft) => {
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, lastTransitionTime };
    draft.status = { ...draft.status, phase: 'Pending', conditions: [{ ...condition, lastProbeTime: null }] };
  });
  clock.after(RETRY, () => schedule(simulation, current));
}

/** Whether a node's labels and taints admit such a pod. */
export function admits(node: Node, spec: PodSpec): boolean {
  const labels = node.metadata.labels ?? {};
  const isSelected = Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
  return isSelected && untolerated(node, spec) === undefined;
}

function untolerated({ spec }: Node, pod: PodSpec): string | undefined {
  const tolerations = Array.isArray(pod['tolerations']) ? (pod['tolerations'] as Toleration[]) : [];
  const taint = (spec?.taints ?? []).find(
    ({ key, effect }) =>
      effect !== 'PreferNoSchedule' &&
      !tolerations.some((one) => (one.key ?? key) === key && (one.effect ?? effect) === effect),
  );
  return taint?.key;
}

interface Toleration {
  key?: string;
  effect?: string;
}

function problemOf(node: Node, pod: Pod, others: Pod[]): string | undefined {
  if (node.spec?.unschedulable === true) return 'node(s) were unschedulable';
  const taint = untolerated(node, pod.spec);
  if (taint !== undefined) return `node(s) had untolerated taint {${taint}: }`;
  if (!admits(node, pod.spec)) return "node(s) didn't match Pod's node affinity/selector";
  const here = others.filter((one) => one.spec.nodeName === node.metadata.name);
  for (const [resource, wanted] of requestsOf(pod)) {
    const used = here.reduce((sum, one) => sum + (requestsOf(one).get(resource) ?? 0), 0);
    const capacity = parseQuantity(node.status?.allocatable?.[resource] ?? '0') ?? 0;
    if (used + wanted > capacity) return `Insufficient ${resource}`;
  }
  return undefined;
}

/** The total resource requests of a pod's containers. */
function requestsOf(pod: Pod): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { resources } of pod.spec.containers) {
    for (const [resource, quantity] of Object.entries({ ...resources?.limits, ...resources?.requests })) {
      if (resources?.requests?.[resource] === undefined && !resource.includes('/')) continue;
      sums.set(resource, (sums.get(resource) ?? 0) + (parseQuantity(quantity) ?? 0));
    }
  }
  return sums;
}
