import type { Pod } from '../model/kinds.ts';

/** What the program of a pod does after it has started. */
export type Behaviour =
  | { does: 'run' }
  /** Exits with success after some milliseconds. */
  | { does: 'complete'; after: number }
  /** Exits with an error after some milliseconds, every time. */
  | { does: 'crash'; after: number }
  /** Is killed after some milliseconds for using too much memory, every time. */
  | { does: 'exhaust'; after: number }
  /** Never starts, because its image does not exist. */
  | { does: 'miss-image' };

/** Annotation of a pod that says what its program does: `crash 20s`, `exhaust 90s`, `complete 8s` or `miss-image`. Jobs complete by default. */
export const BEHAVIOUR = 'demo.postern.dev/behaviour';

/** In milliseconds. */
export const LONGEST_BACK_OFF = 300_000;

/** The kubelet's back-off delay before a restart, in milliseconds. */
export function backOff(restarts: number): number {
  return Math.min(10_000 * 2 ** Math.min(restarts, 10), LONGEST_BACK_OFF);
}

export function behaviourOf(pod: Pod): Behaviour {
  const written = pod.metadata.annotations?.[BEHAVIOUR] ?? '';
  if (written === 'miss-image') return { does: written };
  const [, does, seconds] = /^(crash|complete|exhaust) ([0-9]{1,5})s$/.exec(written) ?? [];
  const after = Number(seconds) * 1_000;
  if (does === 'crash' || does === 'exhaust') return { does, after };
  if (does === 'complete') return { does, after };
  const isJob = (pod.metadata.ownerReferences ?? []).some(({ kind }) => kind === 'Job');
  return isJob ? { does: 'complete', after: 8_000 } : { does: 'run' };
}

/**
 * Annotation of a pod that says how its containers log: `every 100ms`, or `every 100ms, rotated every 2s`. By default, the image
 * determines what is written, and how often, and the node rotates nothing.
 */
const LOG = 'demo.postern.dev/log';

/** How the containers of a pod log, in milliseconds. */
export function loggingOf(pod: Pod): { period: number | undefined; rotation: number | undefined } {
  const pattern = /^every ([1-9][0-9]{0,5})ms(?:, rotated every ([1-9][0-9]{0,4})s)?$/;
  const [, period, rotation] = pattern.exec(pod.metadata.annotations?.[LOG] ?? '') ?? [];
  return {
    period: period === undefined ? undefined : Number(period),
    rotation: rotation === undefined ? undefined : Number(rotation) * 1_000,
  };
}
