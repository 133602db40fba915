import { parseDuration } from '#features/kube/duration.ts';
import { text } from '#features/kube/read.ts';

const MINUTE = 60_000;
/** The kubelet's defaults (pkg/kubelet/kubelet.go): twice as long each time, and from the start after ten minutes of running. */
const FIRST_MS = 10_000;
const LONGEST_MS = 5 * MINUTE;
const TRUSTED_MS = 10 * MINUTE;

export interface EndedRun {
  /** Restarts so far. The first one is immediate. */
  restarts: number;
  /** Milliseconds since 1970. */
  startedAt: number | undefined;
  finishedAt: number | undefined;
}

/** The delay before a container is started again, in milliseconds, as a kubelet with default settings has it. */
export function backOffOf({ restarts, startedAt, finishedAt }: EndedRun): number {
  if (restarts === 0) return 0;
  const trusted = startedAt !== undefined && finishedAt !== undefined && finishedAt - startedAt >= TRUSTED_MS;
  return trusted ? FIRST_MS : Math.min(FIRST_MS * 2 ** (restarts - 1), LONGEST_MS);
}

/**
 * About when a container that waits in CrashLoopBackOff is started again, in milliseconds since 1970; undefined if unknown.
 * The kubelet's message names the delay; it is computed only without one.
 *
 * @param waiting the container's `state.waiting`.
 */
export function nextTry(waiting: unknown, run: EndedRun): number | undefined {
  if (run.finishedAt === undefined) return undefined;
  const [, written = ''] = /^back-off (\S+) restarting/.exec(text(waiting, 'message') ?? '') ?? [];
  return run.finishedAt + (parseDuration(written) ?? backOffOf(run));
}
