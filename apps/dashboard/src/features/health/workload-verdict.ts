import { get, number } from '#features/kube/read.ts';
import { conditionOf } from './conditions.ts';
import type { Verdict } from './verdict.ts';

/** What a workload with replicas is judged by, from the object itself or from its row. */
export interface ReplicaSigns {
  wanted: number;
  ready: number;
  /** Pods of the current template; undefined if unknown. */
  updated?: number | undefined;
  /** Why its rollout makes no progress, as the controller wrote it. */
  stuck?: string | undefined;
  /** Why pods cannot be created: a quota, or an admission webhook. */
  failure?: string | undefined;
  paused?: boolean;
  /** Milliseconds since 1970. */
  created?: number | undefined;
}

const STARTING_MS = 60_000;

/** Judges Deployment, ReplicaSet, StatefulSet and ReplicationController. `now` in milliseconds since 1970. */
export function judgeReplicated(workload: unknown, now: number): Verdict {
  const progress = conditionOf(workload, 'Progressing');
  const failure = conditionOf(workload, 'ReplicaFailure');
  const wanted = number(workload, 'spec', 'replicas') ?? 1;
  return judgeReplicas(
    {
      wanted,
      ready: number(workload, 'status', 'readyReplicas') ?? 0,
      updated: number(workload, 'status', 'updatedReplicas'),
      stuck: progress?.status === 'False' ? progress.message || progress.reason : undefined,
      failure: failure?.status === 'True' ? failure.message || failure.reason : undefined,
      paused: get(workload, 'spec', 'paused') === true,
      created: Date.parse(String(get(workload, 'metadata', 'creationTimestamp'))),
    },
    now,
  );
}

export function judgeDaemonSet(workload: unknown, now: number): Verdict {
  const wanted = number(workload, 'status', 'desiredNumberScheduled') ?? 0;
  const ready = number(workload, 'status', 'numberReady') ?? 0;
  const updated = number(workload, 'status', 'updatedNumberScheduled');
  const created = Date.parse(String(get(workload, 'metadata', 'creationTimestamp')));
  if (wanted === 0) return { tone: 'idle', word: 'On no node', because: 'No node matches its node selector.' };
  return judgeReplicas({ wanted, ready, updated, created }, now);
}

/** The rules for workloads with replicas. */
export function judgeReplicas(signs: ReplicaSigns, now: number): Verdict {
  const { wanted, ready, updated, stuck, failure, paused, created } = signs;
  if (wanted === 0) return { tone: 'idle', word: 'Scaled to zero' };
  if (failure !== undefined) return { tone: 'bad', word: 'Cannot create pods', because: sentence(failure) };
  const because = `${ready} of ${wanted} ${wanted === 1 ? 'pod is' : 'pods are'} ready.`;
  if (stuck !== undefined) return { tone: 'bad', word: 'Rollout stuck', because: `${because} ${sentence(stuck)}` };
  const young = created !== undefined && now - created < STARTING_MS;
  if (ready === 0)
    return young ? { tone: 'info', word: 'Starting', because } : { tone: 'bad', word: 'None ready', because };
  if (updated !== undefined && updated < wanted) {
    const done = `${updated} of ${wanted} ${wanted === 1 ? 'pod has' : 'pods have'} the current template.`;
    if (paused === true) return { tone: 'warn', word: 'Rollout paused', because: done };
    return { tone: 'info', word: 'Rolling out', because: `${done} ${because}` };
  }
  if (ready < wanted) return { tone: 'warn', word: 'Partly ready', because };
  return { tone: 'ok', word: 'Ready' };
}

/** The controller's message as a sentence. */
const sentence = (message: string): string => (/[.!?]$/.test(message) ? message : `${message}.`);
