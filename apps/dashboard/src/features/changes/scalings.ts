import { type ApiResource, resourceId } from '#features/kube/api-resource.ts';
import { get, text } from '#features/kube/read.ts';
import type { Change } from './change.ts';
import { latestWrite, managerName } from './managers.ts';
import { SCALING } from './selection.ts';
import { cellReader, type Table, TOGETHER_MS } from './table.ts';

/** The last scaling of each workload, by who wrote its scale last. */
export function scalings(workloads: Table, kind: ApiResource): Change[] {
  const read = cellReader(workloads.columns);
  return workloads.items.flatMap((row) => {
    const write = latestWrite(row.metadata, 'scale');
    if (write === undefined) return [];
    const [, wanted] = /\/(\d+)$/.exec(read(row, 'Ready')) ?? [];
    return {
      key: `scale/${row.key}`,
      at: write.at,
      object: { resource: resourceId(kind), kind: kind.kind, namespace: row.namespace, name: row.name },
      what: wanted === undefined ? 'scaled' : `scaled to ${wanted}`,
      // The horizontal autoscaler is one of its controllers.
      by: write.manager === 'kube-controller-manager' ? 'an autoscaler' : managerName(write.manager),
    };
  });
}

/** While a deployment is rolled out, it scales several replica sets within this time. */
const ROLLOUT_MS = 120_000;

interface Step {
  at: number;
  set: string;
  from: number;
  to: number;
  namespace: string;
  deployment: string;
}

/**
 * The scalings that events tell of, with the numbers before and after. Those that belong to a rollout, which scales one replica
 * set up and another down, are left out.
 */
export function scalingEvents(events: readonly unknown[]): Change[] {
  const steps = events.flatMap(readStep);
  return steps
    .filter(
      (step) =>
        step.from > 0 &&
        !steps.some(
          (other) =>
            other.deployment === step.deployment &&
            other.namespace === step.namespace &&
            other.set !== step.set &&
            Math.abs(other.at - step.at) < ROLLOUT_MS,
        ),
    )
    .map(({ at, namespace, deployment, from, to }) => ({
      key: `scaling/${namespace}/${deployment}/${at}`,
      at,
      object: { resource: 'deployments.apps', kind: 'Deployment', namespace, name: deployment },
      what: `scaled from ${from} to ${to}`,
    }));
}

/** `Scaled up replica set web-1 from 1 to 3`; before Kubernetes 1.30 `… web-1 to 3 from 1`. */
function readStep(event: unknown): Step[] {
  const message = text(event, 'message') ?? '';
  const now = /replica set (\S+) from (\d+) to (\d+)/.exec(message);
  const before = /replica set (\S+) to (\d+) from (\d+)/.exec(message);
  const set = now?.[1] ?? before?.[1];
  const at = Date.parse(text(event, 'lastTimestamp') ?? text(event, 'eventTime') ?? '');
  if (get(event, 'reason') !== SCALING || set === undefined || Number.isNaN(at)) return [];
  const [from, to] = [Number(now?.[2] ?? before?.[3]), Number(now?.[3] ?? before?.[2])];
  const namespace = text(event, 'involvedObject', 'namespace') ?? '';
  return [{ at, set, from, to, namespace, deployment: text(event, 'involvedObject', 'name') ?? '' }];
}

/** Joins what the two sources tell of the same scaling: the numbers from the event, and who did it from the write. */
export function joinScalings(writes: readonly Change[], events: readonly Change[]): Change[] {
  const same = (a: Change, b: Change) =>
    a.object.name === b.object.name && a.object.namespace === b.object.namespace && Math.abs(a.at - b.at) < TOGETHER_MS;
  return [
    ...writes.map((write) => ({ ...write, what: events.find((event) => same(event, write))?.what ?? write.what })),
    ...events.filter((event) => !writes.some((write) => same(write, event))),
  ];
}
