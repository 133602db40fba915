import { parseQuantity } from '#components/format/quantity.ts';
import type { Tone } from '#components/ui/tone.ts';
import type { ContainerStatus, KubeEvent, KubeNode, MetadataOnly, NodeMetrics, Pod } from './kube-objects.ts';
import { remember } from './remember.ts';

/** CPU in cores, memory in bytes. */
export interface Resources {
  cpu: number;
  memory: number;
}

const none: Resources = { cpu: 0, memory: 0 };
const add = (a: Resources, b: Resources): Resources => ({ cpu: a.cpu + b.cpu, memory: a.memory + b.memory });
const most = (a: Resources, b: Resources): Resources => ({
  cpu: Math.max(a.cpu, b.cpu),
  memory: Math.max(a.memory, b.memory),
});

function resourcesOf(list: Record<string, string> | undefined): Resources {
  const number = (text: string | undefined) => {
    const value = text === undefined ? 0 : parseQuantity(text);
    return Number.isNaN(value) ? 0 : value;
  };
  return { cpu: number(list?.['cpu']), memory: number(list?.['memory']) };
}

/**
 * The resource requests of a pod: the sum of its containers, or its largest init container if that is more; sidecars (init
 * containers with restartPolicy Always) count as containers. Based on Kubernetes' resource helpers, pkg/api/v1/resource.
 */
export const requestsOf = remember((pod: Pod): Resources => {
  let running = none;
  let initial = none;
  for (const container of pod.spec?.initContainers ?? []) {
    const asked = resourcesOf(container.resources?.requests);
    if (container.restartPolicy === 'Always') running = add(running, asked);
    else initial = most(initial, add(running, asked));
  }
  for (const container of pod.spec?.containers ?? [])
    running = add(running, resourcesOf(container.resources?.requests));
  return most(running, initial);
});

/** The total requests of pods that are on nodes and not finished. */
export function totalRequests(pods: readonly Pod[]): Resources {
  return pods
    .filter(
      (pod) => pod.spec?.nodeName !== undefined && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed',
    )
    .reduce((sum, pod) => add(sum, requestsOf(pod)), none);
}

export function totalAllocatable(nodes: readonly KubeNode[]): Resources {
  return nodes.reduce((sum, node) => add(sum, resourcesOf(node.status?.allocatable)), none);
}

export function allocatableOf(node: KubeNode): Resources {
  return resourcesOf(node.status?.allocatable);
}

export function totalUsage(metrics: readonly NodeMetrics[]): Resources {
  return metrics.reduce((sum, node) => add(sum, resourcesOf(node.usage)), none);
}

export function usageOf(metrics: NodeMetrics | undefined): Resources | undefined {
  return metrics === undefined ? undefined : resourcesOf(metrics.usage);
}

/** Whether a node is ready, or why not. */
export function nodeState(node: KubeNode): { ready: boolean; tone: Tone; word: string } {
  const condition = node.status?.conditions?.find(({ type }) => type === 'Ready');
  const ready = condition?.status === 'True';
  if (!ready) return { ready, tone: 'bad', word: condition?.status === 'Unknown' ? 'Not heard from' : 'Not ready' };
  const pressure = node.status?.conditions?.find(({ type, status }) => type.endsWith('Pressure') && status === 'True');
  if (pressure !== undefined) return { ready, tone: 'warn', word: pressure.type };
  if (node.spec?.unschedulable === true) return { ready, tone: 'warn', word: 'Cordoned' };
  return { ready, tone: 'ok', word: 'Ready' };
}

/** Roles such as `control-plane`, from the node's labels. */
export function rolesOf(node: KubeNode): string[] {
  const prefix = 'node-role.kubernetes.io/';
  return Object.keys(node.metadata.labels ?? {})
    .filter((label) => label.startsWith(prefix))
    .map((label) => label.slice(prefix.length))
    .filter((role) => role !== '')
    .sort();
}

const harmless = new Set(['ContainerCreating', 'PodInitializing', 'Completed', '']);

/** A pod's problem in kubectl's terms, or null. Waiting to start is not a problem. */
export const troubleOf = remember((pod: Pod): string | null => {
  const statuses: ContainerStatus[] = [
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.containerStatuses ?? []),
  ];
  for (const { state } of statuses) {
    const waiting = state?.waiting?.reason ?? '';
    if (!harmless.has(waiting)) return waiting;
  }
  if (pod.status?.phase === 'Failed') return pod.status.reason ?? 'Failed';
  for (const { state } of pod.status?.phase === 'Running' ? statuses : []) {
    if (state?.terminated !== undefined && (state.terminated.exitCode ?? 0) !== 0)
      return state.terminated.reason ?? 'Error';
  }
  return null;
});

export interface PhaseCount {
  phase: string;
  tone: Tone;
  count: number;
}

const phases: readonly [string, Tone][] = [
  ['Running', 'ok'],
  ['Pending', 'warn'],
  ['Failed', 'bad'],
  ['Unknown', 'bad'],
  ['Succeeded', 'idle'],
];

/** The number of pods per phase, in a fixed order, without empty ones; running pods with a problem count as "In trouble". */
export function podsByPhase(pods: readonly Pod[]): PhaseCount[] {
  const counts = new Map<string, number>();
  for (const pod of pods) {
    const phase = pod.status?.phase ?? 'Unknown';
    const key = phase !== 'Failed' && troubleOf(pod) !== null ? 'In trouble' : phase;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...phases.slice(0, 1), ['In trouble', 'bad'] as [string, Tone], ...phases.slice(1)]
    .map(([phase, tone]) => ({ phase, tone, count: counts.get(phase) ?? 0 }))
    .filter(({ count }) => count > 0);
}

export interface WarningGroup {
  key: string;
  reason: string;
  kind: string;
  /** How often it was reported. */
  count: number;
  objects: { namespace: string | undefined; name: string }[];
  /** The latest message. */
  message: string;
  /** RFC 3339. */
  lastSeen: string;
}

/** When an event last occurred; the field depends on who wrote it and how often it occurred. */
function lastSeenOf(event: KubeEvent): string | undefined {
  return (
    event.series?.lastObservedTime ??
    event.lastTimestamp ??
    event.eventTime ??
    event.metadata.creationTimestamp ??
    undefined
  );
}

/** Warnings after `since` (milliseconds since 1970), grouped by reason and kind of object, most frequent first. */
export function groupWarnings(events: readonly KubeEvent[], since: number): WarningGroup[] {
  const groups = new Map<string, WarningGroup>();
  for (const event of events) {
    const lastSeen = lastSeenOf(event);
    if (event.type !== 'Warning' || lastSeen === undefined || new Date(lastSeen).getTime() < since) continue;
    const reason = event.reason ?? 'Warning';
    const kind = event.involvedObject?.kind ?? '';
    const key = `${reason}/${kind}`;
    const group = groups.get(key) ?? { key, reason, kind, count: 0, objects: [], message: '', lastSeen: '' };
    group.count += event.series?.count ?? event.count ?? 1;
    const { namespace, name = '' } = event.involvedObject ?? {};
    if (!group.objects.some((other) => other.name === name && other.namespace === namespace)) {
      group.objects.push({ namespace, name });
    }
    if (lastSeen > group.lastSeen) {
      group.lastSeen = lastSeen;
      group.message = event.message ?? '';
    }
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || b.lastSeen.localeCompare(a.lastSeen));
}

export interface Rollout {
  key: string;
  namespace: string;
  deployment: string;
  revision: string | undefined;
  /** RFC 3339. */
  at: string;
}

/** The latest rollouts, each of which created a replica set. */
export function recentRollouts(replicaSets: readonly MetadataOnly[], limit: number): Rollout[] {
  return replicaSets
    .flatMap(({ metadata }) => {
      const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'Deployment');
      if (owner === undefined || metadata.creationTimestamp === undefined) return [];
      return {
        key: metadata.uid ?? `${metadata.namespace}/${metadata.name}`,
        namespace: metadata.namespace ?? '',
        deployment: owner.name,
        revision: metadata.annotations?.['deployment.kubernetes.io/revision'],
        at: metadata.creationTimestamp,
      };
    })
    .sort((a, b) => b.at.localeCompare(a.at))
    .slice(0, limit);
}

/** The state of a cluster in one line. Undefined parts are unknown (not yet loaded, or denied) and are not guessed. */
export function healthLine(parts: { nodes: readonly KubeNode[] | undefined; pods: readonly Pod[] | undefined }): {
  tone: Tone;
  text: string;
} {
  const troubles: string[] = [];
  const facts: string[] = [];
  if (parts.nodes !== undefined) {
    const bad = parts.nodes.filter((node) => !nodeState(node).ready);
    if (bad.length === 1) troubles.push(`node ${bad[0]?.metadata.name} is not ready`);
    else if (bad.length > 1) troubles.push(`${bad.length} of ${parts.nodes.length} nodes are not ready`);
    facts.push(`${parts.nodes.length - bad.length} of ${parts.nodes.length} nodes ready`);
  }
  if (parts.pods !== undefined) {
    const bad = parts.pods.filter((pod) => troubleOf(pod) !== null).length;
    if (bad > 0) troubles.push(bad === 1 ? '1 pod is in trouble' : `${bad} pods are in trouble`);
    const running = parts.pods.filter((pod) => pod.status?.phase === 'Running' && troubleOf(pod) === null).length;
    facts.push(running === 1 ? '1 pod running' : `${running} pods running`);
  }
  if (troubles.length > 0) {
    const text = [troubles.join(', '), facts.join(', ')].join('; ');
    const tone = troubles.some((trouble) => trouble.includes('node')) ? 'bad' : 'warn';
    return { tone, text: text.charAt(0).toUpperCase() + text.slice(1) };
  }
  if (facts.length === 0) return { tone: 'idle', text: 'Unknown: neither nodes nor pods can be listed' };
  return { tone: 'ok', text: `Healthy: ${facts.join(', ')}` };
}
