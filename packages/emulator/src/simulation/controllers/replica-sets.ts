import type { Pod, Workload } from '../../model/kinds.ts';
import { isControlledBy, type KubeObject } from '../../model/object.ts';
import { randomSuffix } from '../../model/random-suffix.ts';
import { createPod, deletePod, isFinished, isReady, isTerminating } from '../pod-factory.ts';
import type { Controller, Simulation } from '../simulation.ts';

const component = 'replicaset-controller';

/** Keeps a replica set's number of pods. */
export function replicaSetController(simulation: Simulation): Controller {
  return {
    resource: 'replicasets.apps',
    reconcile(object: KubeObject) {
      const set = object as Workload;
      const pods = (simulation.store.list('pods', set.metadata.namespace) as Pod[]).filter((pod) =>
        isControlledBy(pod, set),
      );
      const active = pods.filter((pod) => !isTerminating(pod) && !isFinished(pod));
      const missing = isTerminating(set) ? 0 : (set.spec.replicas ?? 0) - active.length;
      for (let count = 0; count < missing; count++) {
        createPod(simulation, set, {
          name: `${set.metadata.name}-${randomSuffix(5)}`,
          template: set.spec.template,
          component,
        });
      }
      const surplus = active.toSorted(leastUseful).slice(0, Math.max(0, -missing));
      for (const pod of surplus) deletePod(simulation, pod, { owner: set, component });
      const ready = active.filter(isReady).length;
      simulation.store.modify('replicasets.apps', set, (draft) => {
        const replicas = active.length;
        const some = ready === 0 ? {} : { readyReplicas: ready, availableReplicas: ready };
        draft.status = { replicas, fullyLabeledReplicas: replicas, ...some };
        if (draft.metadata.generation !== undefined) draft.status.observedGeneration = draft.metadata.generation;
      });
    },
  };
}

/** The order in which pods are deleted: not ready before ready, young before old. */
function leastUseful(a: Pod, b: Pod): number {
  return (
    Number(isReady(a)) - Number(isReady(b)) || (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? 1 : -1)
  );
}
