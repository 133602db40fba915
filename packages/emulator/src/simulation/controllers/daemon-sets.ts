import type { Node, Pod, Workload } from '../../model/kinds.ts';
import { isControlledBy, type KubeObject } from '../../model/object.ts';
import { randomSuffix } from '../../model/random-suffix.ts';
import { createPod, deletePod, isReady, isTerminating } from '../pod-factory.ts';
import { admits } from '../scheduler.ts';
import type { Controller, Simulation } from '../simulation.ts';
import { recordRevision } from './controller-revisions.ts';

const component = 'daemonset-controller';
const HASH = 'controller-revision-hash';

/** Keeps one pod on every node that admits it, and replaces them one by one when the template changes. */
export function daemonSetController(simulation: Simulation): Controller {
  return {
    resource: 'daemonsets.apps',
    reconcile(object: KubeObject) {
      const set = object as Workload;
      const revision = recordRevision(simulation, set);
      const pods = (simulation.store.list('pods', set.metadata.namespace) as Pod[]).filter((pod) =>
        isControlledBy(pod, set),
      );
      const nodes = (simulation.store.list('nodes') as Node[]).filter((node) => admits(node, set.spec.template.spec));
      const names = new Set(nodes.map(({ metadata }) => metadata.name));
      if (!isTerminating(set)) {
        for (const nodeName of names) {
          if (pods.some((pod) => pod.spec.nodeName === nodeName)) continue;
          const name = `${set.metadata.name}-${randomSuffix(5)}`;
          const labels = { [HASH]: revision, 'pod-template-generation': '1' };
          createPod(simulation, set, { name, template: set.spec.template, labels, nodeName, component });
        }
        const settled = pods.every((pod) => isReady(pod) && !isTerminating(pod));
        const stale = pods.filter((pod) => pod.metadata.labels?.[HASH] !== revision);
        const homeless = pods.filter((pod) => !names.has(pod.spec.nodeName ?? ''));
        for (const pod of [...homeless, ...(settled ? stale.slice(0, 1) : [])]) {
          deletePod(simulation, pod, { owner: set, component });
        }
      }
      const ready = pods.filter((pod) => isReady(pod) && !isTerminating(pod)).length;
      simulation.store.modify('daemonsets.apps', set, (draft) => {
        draft.status = {
          observedGeneration: draft.metadata.generation ?? 1,
          currentNumberScheduled: pods.length,
          desiredNumberScheduled: names.size,
          numberMisscheduled: 0,
          numberReady: ready,
          numberAvailable: ready,
          updatedNumberScheduled: pods.filter((pod) => pod.metadata.labels?.[HASH] === revision).length,
        };
      });
    },
  };
}
