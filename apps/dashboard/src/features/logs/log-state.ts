import type { ContainerLogState } from './container-log.ts';
import type { LineSource } from './line-source.ts';

/** A container of the log, as the list of containers shows it. */
export interface SourceState {
  source: LineSource;
  state: ContainerLogState;
  /** Whether it is followed and shown. */
  wanted: boolean;
}

/** The state of the whole log. */
export type LogState =
  | { state: 'loading' }
  | { state: 'following' }
  | { state: 'paused' }
  | { state: 'waiting'; message: string }
  | { state: 'ended'; message: string }
  | { state: 'failed'; message: string };

/** Sums up the states of the containers: as long as one is followed, so is the log. */
export function overallState(sources: readonly SourceState[], options: { paused: boolean; loaded: boolean }): LogState {
  if (options.paused) return { state: 'paused' };
  const states = sources.filter(({ wanted }) => wanted).map(({ state }) => state);
  const [only, another] = states;
  if (only === undefined) {
    if (!options.loaded) return { state: 'loading' };
    const message = sources.length === 0 ? 'Waiting for pods. New ones appear by themselves' : 'No container is chosen';
    return { state: 'waiting', message };
  }
  if (another === undefined) return only;
  if (states.some(({ state }) => state === 'following')) return { state: 'following' };
  if (states.some(({ state }) => state === 'loading')) return { state: 'loading' };
  const of = (wanted: ContainerLogState['state']) => states.filter(({ state }) => state === wanted);
  const [waiting] = of('waiting');
  if (waiting?.state === 'waiting') return { state: 'waiting', message: waiting.message };
  const [failed] = of('failed');
  if (of('ended').length > 0 || failed?.state !== 'failed')
    return { state: 'ended', message: `All ${states.length} containers have ended.` };
  return { state: 'failed', message: failed.message };
}
