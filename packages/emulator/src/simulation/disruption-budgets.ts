import type { Pod, PodDisruptionBudget } from '../model/kinds.ts';
import type { KubeObject } from '../model/object.ts';
import { matchLabels } from '../store/label-selector.ts';
import type { Store } from '../store/store.ts';
import { isFinished, isReady, isTerminating } from './pod-factory.ts';
import type { Controller, Simulation } from './simulation.ts';

const BUDGETS = 'poddisruptionbudgets.policy';

/** What a budget allows now. */
interface Allowance {
  /** Pods that must stay healthy, pods that are, and pods that there should be. */
  desiredHealthy: number;
  currentHealthy: number;
  expectedPods: number;
  /** How many pods may be evicted now. */
  disruptionsAllowed: number;
}

/** Keeps the status of disruption budgets. */
export function disruptionBudgetController(simulation: Simulation): Controller {
  return {
    resource: BUDGETS,
    reconcile(object: KubeObject) {
      const status = allowanceOf(simulation.store, object as PodDisruptionBudget);
      simulation.store.modify(BUDGETS, object, (draft) => {
        draft['status'] = { observedGeneration: draft.metadata.generation ?? 1, ...status };
      });
    },
  };
}

/**
 * The budget that forbids the eviction of a pod now, with its numbers. Pods that are not ready may be evicted as long as enough
 * others are (policy `IfHealthyBudget`), and finished or waiting ones always (k8s.io/kubernetes, registry/core/pod/storage/eviction.go).
 */
export function budgetAgainst(store: Store, pod: Pod): { name: string; allowance: Allowance } | undefined {
  if (isFinished(pod) || isTerminating(pod) || pod.status?.phase === 'Pending') return undefined;
  for (const budget of store.list(BUDGETS, pod.metadata.namespace) as PodDisruptionBudget[]) {
    if (!matchLabels(budget.spec.selector)(pod.metadata.labels ?? {})) continue;
    const allowance = allowanceOf(store, budget);
    const unhealthy = !isReady(pod) && allowance.currentHealthy >= allowance.desiredHealthy;
    if (!unhealthy && allowance.disruptionsAllowed < 1) return { name: budget.metadata.name, allowance };
  }
  return undefined;
}

function allowanceOf(store: Store, { metadata, spec }: PodDisruptionBudget): Allowance {
  const matches = matchLabels(spec.selector);
  const pods = (store.list('pods', metadata.namespace) as Pod[]).filter(
    (pod) => matches(pod.metadata.labels ?? {}) && !isFinished(pod),
  );
  const currentHealthy = pods.filter((pod) => isReady(pod) && !isTerminating(pod)).length;
  const expectedPods = pods.length;
  const desiredHealthy =
    spec.maxUnavailable === undefined
      ? amount(spec.minAvailable ?? 1, expectedPods)
      : Math.max(0, expectedPods - amount(spec.maxUnavailable, expectedPods));
  return {
    desiredHealthy,
    currentHealthy,
    expectedPods,
    disruptionsAllowed: Math.max(0, currentHealthy - desiredHealthy),
  };
}

/** A number, or a percentage of `total` rounded up. */
function amount(written: number | string, total: number): number {
  if (typeof written === 'number') return written;
  return Math.ceil((Number.parseFloat(written) / 100) * total);
}
