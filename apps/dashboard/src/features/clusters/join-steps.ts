import type { Cluster } from '@postern/contracts';

export interface JoinStep {
  label: string;
  /** RFC 3339; null until it is completed. */
  doneAt: string | null;
  state: 'done' | 'current' | 'failed' | 'waiting';
}

const labels = [
  ['tokenMade', 'Token created'],
  ['agentDialled', 'Agent connected'],
  ['keyRegistered', 'Key registered'],
  ['permissionsChecked', 'Permissions checked'],
  ['firstRequestServed', 'First request served'],
] as const;

/** The steps of joining. The first incomplete step is the current one, or the failed one if there is a problem. */
export function joinSteps(cluster: Pick<Cluster, 'joining' | 'problem'>): JoinStep[] {
  const current = labels.findIndex(([key]) => cluster.joining[key] === null);
  return labels.map(([key, label], index) => {
    const doneAt = cluster.joining[key];
    if (doneAt !== null) return { label, doneAt, state: 'done' };
    if (index !== current) return { label, doneAt, state: 'waiting' };
    return { label, doneAt, state: cluster.problem === null ? 'current' : 'failed' };
  });
}

/** Whether all steps are completed. */
export function hasJoined(cluster: Pick<Cluster, 'joining'>): boolean {
  return labels.every(([key]) => cluster.joining[key] !== null);
}

/** Whether the agent is connected but has not served a request: the page then sends one, to complete the last step. */
export function wantsFirstRequest(cluster: Pick<Cluster, 'joining' | 'status'>): boolean {
  return (
    cluster.status === 'online' &&
    cluster.joining.permissionsChecked !== null &&
    cluster.joining.firstRequestServed === null
  );
}
