import type { Cluster } from '@postern/contracts';
import type { Tone } from '#components/ui/tone.ts';

/** The tone and text of a cluster's status. */
export function statusOf(cluster: Cluster): { tone: Tone; word: string; pending: boolean } {
  if (cluster.status === 'online') {
    return cluster.problem === null
      ? { tone: 'ok', word: 'Online', pending: false }
      : { tone: 'warn', word: 'Online, with a problem', pending: false };
  }
  if (cluster.status === 'offline') return { tone: 'bad', word: 'Offline', pending: false };
  return { tone: 'idle', word: 'Waiting for its agent', pending: true };
}
