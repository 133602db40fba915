import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, stopStarting } from './child.ts';
import { UserError } from './user-error.ts';

/** How to restart a program that exited unexpectedly; durations in milliseconds. */
export interface RestartPolicy {
  /** The first delay; doubles with each exit, up to `longest`. Infinity: restart only on `renew`. */
  shortest: number;
  longest: number;
  /** If a program ran this long after it was ready, the delay starts again at `shortest`. */
  healthy: number;
  /** Give up after this many consecutive starts that did not become ready. */
  failedStarts: number;
}

/** With this policy, a program that no longer starts is given up after about a minute. */
export const restartPolicy: RestartPolicy = { shortest: 1_000, longest: 30_000, healthy: 60_000, failedStarts: 6 };

/** A supervised program. */
interface Subject {
  /** Its name at the start of a sentence: `The gateway`. */
  what: string;
  /** The running process. */
  child: Child;
  /** Restarts it and resolves when it is ready; must spawn it synchronously. */
  restart: () => Promise<Child>;
  /** Called when it is ready again after a restart. A rejection is printed and otherwise ignored. */
  onBack?: () => Promise<void> | void;
  /** Aborts when everything is about to stop: from then on nothing is restarted. */
  stopping?: AbortSignal;
}

interface Surroundings {
  policy?: RestartPolicy;
  /** Prints a message to the terminal. */
  say?: (sentence: string) => void;
  /** A number in [0, 1). */
  random?: () => number;
}

/**
 * The delay before the next start after `ends` consecutive exits, in milliseconds: random, between half and all of a value that
 * doubles with each, so that programs that failed together do not start together.
 */
export function waitBefore(ends: number, policy: RestartPolicy, random = Math.random): number {
  const most = Math.min(policy.shortest * 2 ** (ends - 1), policy.longest);
  return Math.round(most * (0.5 + random() / 2));
}

/** Keeps one program running: restarts it after a delay if it exits unexpectedly, with a message in the terminal. */
export class Supervisor {
  /** Rejects with a `UserError` once the program is given up; never resolves. */
  readonly givenUp: Promise<never>;
  readonly #subject: Subject;
  readonly #surroundings: Required<Surroundings>;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #done: Promise<void>;
  #child: Child;
  /** Whether a restart was requested. */
  #isAsked = false;
  /** How long the program may take to exit when a restart was requested, in milliseconds. */
  #patience = 0;
  /** Ends the delay before the next start. */
  #wake = new AbortController();

  constructor(subject: Subject, surroundings: Surroundings = {}) {
    this.#subject = subject;
    this.#surroundings = { policy: restartPolicy, say: toTerminal, random: Math.random, ...surroundings };
    this.#child = subject.child;
    this.#signal = AbortSignal.any([this.#stop.signal, ...(subject.stopping ? [subject.stopping] : [])]);
    const kept = this.#keep();
    this.#done = kept.then(
      () => {},
      () => {},
    );
    this.givenUp = kept.then(() => new Promise<never>(() => {}));
    // Not an unhandled rejection if nobody awaits it any more.
    this.givenUp.catch(() => {});
  }

  /** Ends the program, at most `patience` milliseconds after SIGTERM, or the delay before its next start. Resolves when done. */
  async stop(patience: number): Promise<void> {
    this.#stop.abort();
    await Promise.all([stopStarting(patience), this.#child.stop(patience)]);
    await this.#done;
    await this.#child.stop(patience);
  }

  /**
   * Restarts the program at once, without a message, because its sources have changed; also ends a delay before the next start.
   * It has `patience` milliseconds to exit after SIGTERM. Resolves when it has exited.
   */
  async renew(patience: number): Promise<void> {
    this.#isAsked = true;
    this.#patience = patience;
    this.#wake.abort();
    await Promise.all([stopStarting(patience, this.#subject.what), this.#child.stop(patience)]);
  }

  /** Runs until stopped. @throws {UserError} the program no longer starts. */
  async #keep(): Promise<void> {
    const { what } = this.#subject;
    const { policy, say, random } = this.#surroundings;
    const signal = this.#signal;
    let ends = 0;
    for (;;) {
      const since = performance.now();
      const code = await this.#child.ended;
      if (signal.aborted) return;
      ends = performance.now() - since >= policy.healthy || this.#isAsked ? 1 : ends + 1;
      let why = `${what} ended (${howEnded(this.#child, code)}); see ${this.#child.logFile}.`;
      for (let failed = 0; ; failed += 1) {
        if (failed === policy.failedStarts) {
          throw new UserError(`${what} was started again ${failed} times and did not come to serve. ${why}`);
        }
        if (!this.#isAsked) {
          const wait = waitBefore(ends, policy, random);
          say(`${firstLine(why)} It starts again ${when(wait)}.`);
          await this.#pause(wait);
        }
        if (signal.aborted) return;
        const problem = await this.#restart();
        if (signal.aborted) return;
        if (problem === undefined) break;
        why = problem;
        ends += 1;
      }
      say(`${what} serves again.`);
      await this.#back();
    }
  }

  /** Waits, or until it is stopped or `renew` is called. */
  async #pause(ms: number): Promise<void> {
    this.#wake = new AbortController();
    const signal = AbortSignal.any([this.#signal, this.#wake.signal]);
    if (signal.aborted) return;
    await (Number.isFinite(ms) ? delay(ms, undefined, { signal }).catch(() => {}) : once(signal, 'abort'));
  }

  /** @returns why it did not become ready; undefined if it did. */
  async #restart(): Promise<string | undefined> {
    try {
      do {
        this.#isAsked = false;
        this.#child = await this.#subject.restart();
        // Asked after it was ready and before it was known here, so `renew` could not stop it.
        if (this.#isAsked) await this.#child.stop(this.#patience);
      } while (this.#isAsked && !this.#signal.aborted);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async #back(): Promise<void> {
    try {
      await this.#subject.onBack?.();
    } catch (error) {
      this.#surroundings.say(`What follows a restart failed: ${error instanceof Error ? error.message : error}`);
    }
  }
}

/** Describes the delay before a start. @param wait in milliseconds. */
function when(wait: number): string {
  return Number.isFinite(wait) ? `in ${(wait / 1_000).toFixed(1)} s` : 'when one of its files changes';
}

/** Describes the exit code, or the signal that ended it. */
export function howEnded({ process: { signalCode } }: Child, code: number | null): string {
  return signalCode === null ? `exit code ${code}` : `signal ${signalCode}`;
}

/** The error of a failed start contains the end of the log; while starts are retried, only its first line is printed. */
function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').replace(/ The end of (.*):$/, ' See $1.');
}

function toTerminal(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
