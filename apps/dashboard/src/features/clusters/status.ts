import type { Cluster } from '@postern/contracts';
import type { Tone } from '#components/ui/tone.ts';
import { useConnection } from '#features/freshness/connection.ts';
import { isDoubtful } from '#features/freshness/freshness.ts';

export interface ShownStatus {
  tone: Tone;
  word: string;
  pending: boolean;
}

/** The tone and text of a cluster's status; while the page hears nothing, the status that it last had. */
export function useStatusOf(): (cluster: Cluster) => ShownStatus {
  const doubtful = isDoubtful(useConnection().freshness);
  return doubtful ? lastStatusOf : statusOf;
}

function lastStatusOf(cluster: Cluster): ShownStatus {
  const { word } = statusOf(cluster);
  return { tone: 'idle', word: `Last seen ${word.charAt(0).toLowerCase()}${word.slice(1)}`, pending: false };
}

/** The tone and text of a cluster's status. */
function statusOf(cluster: Cluster): ShownStatus {
  if (cluster.status === 'online') {
    return cluster.problem === null
      ? { tone: 'ok', word: 'Online', pending: false }
      : { tone: 'warn', word: 'Online, with a problem', pending: false };
  }
  if (cluster.status === 'offline') return { tone: 'bad', word: 'Offline', pending: false };
  return { tone: 'idle', word: 'Waiting for its agent', pending: true };
}
