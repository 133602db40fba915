import type { Pod } from '../model/kinds.ts';

/** What the program of a pod does after it has started. */
export type Behaviour =
  | { does: 'run' }
  /** Ends well after some milliseconds. */
  | { does: 'complete'; after: number }
  /** Ends badly after some milliseconds, every time. */
  | { does: 'crash'; after: number };

/** `crash 20s` or `complete 8s`: says in a pod's annotations how its program ends. Jobs complete by themselves. */
export const BEHAVIOUR = 'demo.postern.dev/behaviour';

/** How often a container may be restarted at least, as the kubelet's back-off; milliseconds. */
export function backOff(restarts: number): number {
  return Math.min(10_000 * 2 ** Math.min(restarts, 10), 300_000);
}

export function behaviourOf(pod: Pod): Behaviour {
  const [, does, seconds] = /^(crash|complete) ([0-9]{1,5})s$/.exec(pod.metadata.annotations?.[BEHAVIOUR] ?? '') ?? [];
  const after = Number(seconds) * 1_000;
  if (does === 'crash') return { does, after };
  if (does === 'complete') return { does, after };
  const isJob = (pod.metadata.ownerReferences ?? []).some(({ kind }) => kind === 'Job');
  return isJob ? { does: 'complete', after: 8_000 } : { does: 'run' };
}
