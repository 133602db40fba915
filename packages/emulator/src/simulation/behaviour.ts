import type { Pod } from '../model/kinds.ts';

/** What the program of a pod does after it has started. */
export type Behaviour =
  | { does: 'run' }
  /** Exits with success after some milliseconds. */
  | { does: 'complete'; after: number }
  /** Exits with an error after some milliseconds, every time. */
  | { does: 'crash'; after: number };

/** Annotation of a pod that says how its program ends: `crash 20s` or `complete 8s`. Jobs complete by default. */
export const BEHAVIOUR = 'demo.postern.dev/behaviour';

/** The kubelet's back-off delay before a restart, in milliseconds. */
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
