import type { Condition, Workload } from '../../model/kinds.ts';
import { isControlledBy, type KubeObject, ownerReference, timestamp } from '../../model/object.ts';
import { hashSuffix } from '../../model/random-suffix.ts';
import { isTerminating } from '../pod-factory.ts';
import type { Controller, Simulation } from '../simulation.ts';

const component = 'deployment-controller';
const REVISION = 'deployment.kubernetes.io/revision';
const SETS = 'replicasets.apps';

/** Rolls out a deployment: one replica set per template; the new one grows as the old ones shrink. */
export function deploymentController(simulation: Simulation): Controller {
  return {
    resource: 'deployments.apps',
    reconcile(object: KubeObject) {
      const deployment = object as Workload;
      if (isTerminating(deployment)) return;
      const sets = (): Workload[] =>
        (simulation.store.list(SETS, deployment.metadata.namespace) as Workload[]).filter((set) =>
          isControlledBy(set, deployment),
        );
      const hash = hashSuffix(deployment.spec.template, 10);
      const name = `${deployment.metadata.name}-${hash}`;
      if (deployment.spec.paused !== true) {
        ensureSet(simulation, deployment, { name, hash, known: sets() });
        roll(simulation, deployment, { name, known: sets() });
        dropOldSets(simulation, deployment, sets());
      }
      report(simulation, deployment, { name, known: sets() });
    },
  };
}

const revisionOf = ({ metadata }: KubeObject) => Number(metadata.annotations?.[REVISION] ?? 0);

/** Makes sure that the replica set of the current template exists and has the highest revision. */
function ensureSet(
  simulation: Simulation,
  deployment: Workload,
  { name, hash, known }: { name: string; hash: string; known: Workload[] },
): void {
  const highest = Math.max(0, ...known.filter((set) => set.metadata.name !== name).map(revisionOf));
  const current = known.find((set) => set.metadata.name === name);
  if (current === undefined) {
    const labels = { ...deployment.spec.template.metadata?.labels, 'pod-template-hash': hash };
    const { matchLabels, matchExpressions } = deployment.spec.selector;
    simulation.store.create(SETS, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name,
        ...(deployment.metadata.namespace === undefined ? {} : { namespace: deployment.metadata.namespace }),
        labels,
        annotations: { [REVISION]: String(highest + 1) },
        ownerReferences: [ownerReference(deployment)],
        generation: 1,
      },
      spec: {
        replicas: 0,
        selector: {
          matchLabels: { ...matchLabels, 'pod-template-hash': hash },
          ...(matchExpressions === undefined ? {} : { matchExpressions }),
        },
        template: {
          ...deployment.spec.template,
          metadata: { ...deployment.spec.template.metadata, labels },
        },
      },
      status: { replicas: 0 },
    });
  } else if (revisionOf(current) <= highest) {
    simulation.store.modify(SETS, current, (draft) => {
      draft.metadata.annotations = { ...draft.metadata.annotations, [REVISION]: String(highest + 1) };
    });
  }
  simulation.store.modify('deployments.apps', deployment, (draft) => {
    const revision = String(Math.max(highest + 1, current === undefined ? 0 : revisionOf(current)));
    draft.metadata.annotations = { ...draft.metadata.annotations, [REVISION]: revision };
  });
}

/** Has at most one pod more than wanted and never fewer ready ones (Recreate: removes all old ones first). */
function roll(
  simulation: Simulation,
  deployment: Workload,
  { name, known }: { name: string; known: Workload[] },
): void {
  const wanted = deployment.spec.replicas ?? 1;
  const fresh = known.find((set) => set.metadata.name === name);
  const old = known.filter((set) => set.metadata.name !== name && (set.spec.replicas ?? 0) > 0);
  if (fresh === undefined) return;
  const oldCount = old.reduce((sum, set) => sum + (set.spec.replicas ?? 0), 0);
  const isRecreate = (deployment.spec['strategy'] as { type?: string } | undefined)?.type === 'Recreate';
  const room = isRecreate ? (oldCount === 0 ? wanted : 0) : wanted + (oldCount > 0 ? 1 : 0) - oldCount;
  const current = fresh.spec.replicas ?? 0;
  const replicas = oldCount === 0 ? wanted : Math.min(wanted, Math.max(current, room));
  scale(simulation, deployment, { set: fresh, replicas });
  let surplus = isRecreate ? oldCount : Math.max(0, oldCount + (fresh.status?.readyReplicas ?? 0) - wanted);
  for (const set of old.toSorted((a, b) => revisionOf(a) - revisionOf(b))) {
    const size = set.spec.replicas ?? 0;
    const fewer = Math.min(size, surplus);
    surplus -= fewer;
    if (fewer > 0) scale(simulation, deployment, { set, replicas: size - fewer });
  }
}

function scale(
  simulation: Simulation,
  deployment: Workload,
  { set, replicas }: { set: Workload; replicas: number },
): void {
  const before = set.spec.replicas ?? 0;
  if (before === replicas) return;
  simulation.store.modify(SETS, set, (draft) => {
    draft.spec.replicas = replicas;
    draft.metadata.generation = (draft.metadata.generation ?? 0) + 1;
  });
  const direction = replicas > before ? 'up' : 'down';
  const message = `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${replicas}`;
  simulation.events.record(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message, component });
}

function dropOldSets(simulation: Simulation, deployment: Workload, known: Workload[]): void {
  const idle = known.filter((set) => (set.spec.replicas ?? 0) === 0 && (set.status?.replicas ?? 0) === 0);
  const limit = deployment.spec.revisionHistoryLimit ?? 10;
  const newestFirst = idle.toSorted((a, b) => revisionOf(b) - revisionOf(a));
  for (const set of newestFirst.slice(limit + 1)) simulation.store.remove(SETS, set);
}

function report(
  simulation: Simulation,
  deployment: Workload,
  { name, known }: { name: string; known: Workload[] },
): void {
  const wanted = deployment.spec.replicas ?? 1;
  const sum = (field: 'replicas' | 'readyReplicas') =>
    known.reduce((total, set) => total + (set.status?.[field] ?? 0), 0);
  const fresh = known.find((set) => set.metadata.name === name);
  const ready = sum('readyReplicas');
  const updated = fresh?.status?.replicas ?? 0;
  const isDone = updated === wanted && ready >= wanted && sum('replicas') === wanted;
  const isAvailable = ready >= wanted - Math.floor(wanted / 4);
  const now = timestamp(simulation.clock.now());
  simulation.store.modify('deployments.apps', deployment, (draft) => {
    const some = (field: string, count: number) => (count === 0 ? {} : { [field]: count });
    draft.status = {
      observedGeneration: draft.metadata.generation ?? 1,
      ...some('replicas', sum('replicas')),
      ...some('updatedReplicas', updated),
      ...some('readyReplicas', ready),
      ...some('availableReplicas', ready),
      ...some('unavailableReplicas', Math.max(0, wanted - ready)),
      conditions: conditions(draft.status?.conditions ?? [], now, [
        isAvailable
          ? ['Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.']
          : ['Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.'],
        isDone
          ? ['Progressing', 'True', 'NewReplicaSetAvailable', `ReplicaSet "${name}" has successfully progressed.`]
          : ['Progressing', 'True', 'ReplicaSetUpdated', `ReplicaSet "${name}" is progressing.`],
      ]),
    };
  });
}

/** The new conditions, keeping the transition time of those that did not change. */
function conditions(before: Condition[], now: string, wanted: [string, string, string, string][]): Condition[] {
  return wanted.map(([type, status, reason, message]) => {
    const known = before.find((one) => one.type === type);
    if (known?.status === status && known.reason === reason && known.message === message) return known;
    const lastTransitionTime = known?.status === status ? known.lastTransitionTime : now;
    return { type, status, lastUpdateTime: now, lastTransitionTime: lastTransitionTime ?? now, reason, message };
  });
}
