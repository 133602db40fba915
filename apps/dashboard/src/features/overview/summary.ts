import { parseQuantity } from '#components/format/quantity.ts';
import type { KubeEvent, KubeNode, NodeMetrics, Pod } from './kube-objects.ts';
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

/** Roles such as `control-plane`, from the node's labels. */
export function rolesOf(node: KubeNode): string[] {
  const prefix = 'node-role.kubernetes.io/';
  return Object.keys(node.metadata.labels ?? {})
    .filter((label) => label.startsWith(prefix))
    .map((label) => label.slice(prefix.length))
    .filter((role) => role !== '')
    .sort();
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
