import { number, text } from '#features/kube/read.ts';
import { instantOf } from './instants.ts';

/** How a run of a container ended: `state.terminated` or `lastState.terminated`. */
export interface ContainerEnd {
  /** The kubelet's word: `Error`, `OOMKilled`, `Completed`, `ContainerCannotRun`; may be empty. */
  reason: string;
  exitCode: number;
  /** 0 if unknown. */
  signal: number;
  /** The termination message, which the program may write itself. */
  message: string;
  startedAt: number | undefined;
  finishedAt: number | undefined;
}

export function readEnd(terminated: unknown): ContainerEnd | undefined {
  if (typeof terminated !== 'object' || terminated === null) return undefined;
  const exitCode = number(terminated, 'exitCode') ?? 0;
  return {
    reason: text(terminated, 'reason') ?? '',
    exitCode,
    // Runtimes report the signal only in the exit code, as shells do: 128 and the signal's number.
    signal: number(terminated, 'signal') || (exitCode > 128 && exitCode < 160 ? exitCode - 128 : 0),
    message: text(terminated, 'message') ?? '',
    startedAt: instantOf(terminated, 'startedAt'),
    finishedAt: instantOf(terminated, 'finishedAt'),
  };
}

/** signal(7), for the architectures that Kubernetes runs on. */
const signals: Record<number, string> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL, an illegal instruction',
  6: 'SIGABRT, it aborted itself',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL, killed from outside',
  11: 'SIGSEGV, a memory access violation',
  13: 'SIGPIPE',
  15: 'SIGTERM, asked to stop',
};

/** Exit codes with a meaning of their own in a container: POSIX shells, and the container runtimes. */
const codes: Record<number, string> = {
  126: 'the command cannot be executed',
  127: 'the command was not found',
  128: 'the container could not be started',
  255: 'often a lost node or a restarted runtime',
};

/** What an exit code means, for after "exit code 137": `SIGKILL, killed from outside`; undefined if nothing is known. */
export function exitMeaning(end: ContainerEnd): string | undefined {
  if (end.signal > 0) return signals[end.signal] ?? `signal ${end.signal}`;
  return codes[end.exitCode];
}

/** How it ended, for after the container's name: `was killed for using more memory than its limit of 256Mi (exit code 137)`. */
export function endWords(end: ContainerEnd, memoryLimit?: string): string {
  if (end.reason === 'OOMKilled') {
    const limit = memoryLimit === undefined ? 'too much memory' : `more memory than its limit of ${memoryLimit}`;
    return `was killed for using ${limit} (exit code ${end.exitCode})`;
  }
  if (end.reason === 'DeadlineExceeded') return 'was stopped, because its time was up';
  if (end.exitCode === 0) return 'ended with exit code 0';
  const meaning = exitMeaning(end);
  return `ended with exit code ${end.exitCode}${meaning === undefined ? '' : ` (${meaning})`}`;
}
