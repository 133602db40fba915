import { get, list, number, text } from '#features/kube/read.ts';

/** How far the rollout of a workload is. */
export interface RolloutStatus {
  state: 'done' | 'progressing' | 'paused' | 'failed';
  /** One sentence. */
  words: string;
  /** Updated and ready pods, of all that are wanted. */
  updated: number;
  wanted: number;
}

/**
 * The rollout of a Deployment, StatefulSet or DaemonSet, by the rules of `kubectl rollout status`
 * (k8s.io/kubectl, pkg/polymorphichelpers/rollout_status.go).
 */
export function rolloutStatus(kind: string, workload: unknown): RolloutStatus {
  const status = (field: string) => number(workload, 'status', field) ?? 0;
  const daemon = kind === 'DaemonSet';
  const wanted = daemon ? status('desiredNumberScheduled') : (number(workload, 'spec', 'replicas') ?? 1);
  const updated = status(daemon ? 'updatedNumberScheduled' : 'updatedReplicas');
  const ready = status(daemon ? 'numberAvailable' : kind === 'Deployment' ? 'availableReplicas' : 'readyReplicas');
  const say = (state: RolloutStatus['state'], words: string): RolloutStatus => ({ state, words, updated, wanted });

  if (get(workload, 'spec', 'paused') === true) return say('paused', 'The rollout is paused.');
  if (text(workload, 'spec', 'updateStrategy', 'type') === 'OnDelete')
    return say('paused', 'Pods are replaced only when they are deleted (OnDelete).');
  if ((number(workload, 'metadata', 'generation') ?? 0) > status('observedGeneration'))
    return say('progressing', 'Waiting for the controller to notice the change.');
  const progressing = list(workload, 'status', 'conditions').find((one) => text(one, 'type') === 'Progressing');
  if (text(progressing, 'reason') === 'ProgressDeadlineExceeded')
    return say('failed', `The rollout makes no progress: ${text(progressing, 'message') ?? 'its deadline has passed'}`);
  const partition = number(workload, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
  const toUpdate = kind === 'StatefulSet' ? Math.max(0, wanted - partition) : wanted;
  if (updated < toUpdate) return say('progressing', `${updated} of ${toUpdate} pods are updated.`);
  const old = kind === 'Deployment' ? status('replicas') - updated : 0;
  if (old > 0) return say('progressing', `${old} old ${old === 1 ? 'pod is' : 'pods are'} still ending.`);
  if (ready < wanted) return say('progressing', `${ready} of ${wanted} pods are ready.`);
  return say('done', partition > 0 ? `Rolled out to ${toUpdate} of ${wanted} pods (partition).` : 'Rolled out.');
}
