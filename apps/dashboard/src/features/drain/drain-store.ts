import { METADATA_LIST } from '#features/kube/accept.ts';
import { resourcePath } from '#features/kube/api-resource.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { type ObjectRef, patchObject } from '#features/kube/kube-actions.ts';
import { kubeFetch, kubeJson } from '#features/kube/kube-fetch.ts';
import { list, text } from '#features/kube/read.ts';
import { browserSurroundings } from '#features/kube/surroundings.ts';
import type { DrainPod } from './drain-plan.ts';
import { DrainRun, type DrainState } from './drain-run.ts';
import { type Drains, drains } from './drains.ts';

const runs = new Map<string, DrainRun>();

/** Whether a drain of the node is running in this tab. */
export function isDraining({ ref, name }: ObjectRef): boolean {
  return drains
    .get()
    .all.some((one) => one.node === name && sameCluster(one.ref, ref) && one.state.endedAt === undefined);
}

/** Starts draining a node; it goes on while the person moves to other pages of this tab. */
export function startDrain(target: ObjectRef, pods: readonly DrainPod[]): void {
  const { ref, name } = target;
  const id = crypto.randomUUID();
  const run = new DrainRun(pods, worldOf(target), (state) => change(id, state));
  runs.set(id, run);
  // An earlier, finished drain of the same node is replaced.
  const others = drains
    .get()
    .all.filter((one) => one.node !== name || !sameCluster(one.ref, ref) || one.state.endedAt === undefined);
  set([...others, { id, ref, node: name, state: run.state }]);
  void run.run();
}

export function stopDrain(id: string): void {
  runs.get(id)?.stop();
}

/** Forgets a finished drain. */
export function dismissDrain(id: string): void {
  runs.delete(id);
  set(drains.get().all.filter((one) => one.id !== id));
}

function change(id: string, state: DrainState): void {
  set(drains.get().all.map((one) => (one.id === id ? { ...one, state } : one)));
}

function set(all: Drains['all']): void {
  drains.set({ all });
  const running = all.some(({ state }) => state.endedAt === undefined);
  // Evictions are sent from this tab, so closing it ends the drain.
  if (running) window.addEventListener('beforeunload', warn);
  else window.removeEventListener('beforeunload', warn);
}

const warn = (event: BeforeUnloadEvent) => event.preventDefault();

const sameCluster = (a: ClusterRef, b: ClusterRef): boolean =>
  a.organization === b.organization && a.cluster === b.cluster;

function worldOf(target: ObjectRef) {
  const { ref, name: node } = target;
  return {
    cordon: () => patchObject(target, { spec: { unschedulable: true } }),
    evict: ({ namespace, name, uid }: DrainPod) =>
      kubeFetch(ref, resourcePath(knownKinds.pods, { namespace, name, subresource: 'eviction' }), {
        method: 'POST',
        body: {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { namespace, name },
          // Never the pod that replaced it under the same name, as in a stateful set.
          deleteOptions: { preconditions: { uid } },
        },
      }),
    remaining: async () => {
      const params = { fieldSelector: `spec.nodeName=${node}` };
      const page = await kubeJson(ref, resourcePath(knownKinds.pods), { params, accept: METADATA_LIST });
      return new Set(list(page, 'items').map((item) => text(item, 'metadata', 'uid') ?? ''));
    },
    now: browserSurroundings.now,
    delay: browserSurroundings.delay,
  };
}
