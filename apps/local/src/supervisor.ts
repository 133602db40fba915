import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, stopStarting } from './child.ts';
import { UserError } from './user-error.ts';

/** How a program that ended by itself is started again; durations in milliseconds. */
export interface RestartPolicy {
  /** The first wait. It doubles with each end, up to `longest`. Infinity: it is started again only when `renew` asks for it. */
  shortest: number;
  longest: number;
  /** Who ran this long after it was ready begins anew with the shortest wait. */
  healthy: number;
  /** After this many starts in a row that did not come to serve, no more are made. */
  failedStarts: number;
}

/** With it, a program that does not start any more is given up after about a minute. */
export const restartPolicy: RestartPolicy = { shortest: 1_000, longest: 30_000, healthy: 60_000, failedStarts: 6 };

/** A program under supervision. */
interface Subject {
  /** As a sentence begins: `The gateway`. */
  what: string;
  /** The one that runs already. */
  child: Child;
  /** Starts it again and resolves when it serves; called without a pause between the call and the spawn. */
  restart: () => Promise<Child>;
  /** Called when it serves again, after a restart. A rejection is said and changes nothing. */
  onBack?: () => Promise<void> | void;
  /** Aborted when the whole is about to stop: from then on nothing is started again. */
  stopping?: AbortSignal;
}

interface Surroundings {
  policy?: RestartPolicy;
  /** Takes one sentence for the person at the terminal. */
  say?: (sentence: string) => void;
  /** From 0 to 1. */
  random?: () => number;
}

/**
 * The wait before the next start, after `ends` ends in a row: between half and all of what doubles with each, so that programs
 * that fell together do not start together. Milliseconds.
 */
export function waitBefore(ends: number, policy: RestartPolicy, random = Math.random): number {
  const most = Math.min(policy.shortest * 2 ** (ends - 1), policy.longest);
  return Math.round(most * (0.5 + random() / 2));
}

/** Keeps one program running: when it ends by itself it is started again after a wait, and the terminal is told. */
export class Supervisor {
  /** Rejects with a `UserError` once the program is given up; never resolves. */
  readonly givenUp: Promise<never>;
  readonly #subject: Subject;
  readonly #surroundings: Required<Surroundings>;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #done: Promise<void>;
  #child: Child;
  /** Whether it is to be started again although it did not end by itself. */
  #isAsked = false;
  /** Ends the wait for the next start. */
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
    // Whoever waits for it is told; where nobody does any more, it is no error of its own.
    this.givenUp.catch(() => {});
  }

  /** Ends the program, or the wait for its next start. It gets `patience` milliseconds after SIGTERM. Resolves when it is gone. */
  async stop(patience: number): Promise<void> {
    this.#stop.abort();
    await Promise.all([stopStarting(patience), this.#child.stop(patience)]);
    await this.#done;
    await this.#child.stop(patience);
  }

  /**
   * Ends the program, which starts again at once and without a word; where it waits for its next start, the wait is over. For a
   * change of what it runs. It gets `patience` milliseconds after SIGTERM. Resolves when it is gone.
   */
  async renew(patience: number): Promise<void> {
    this.#isAsked = true;
    this.#wake.abort();
    await Promise.all([stopStarting(patience, this.#subject.what), this.#child.stop(patience)]);
  }

  /** Until it is stopped. @throws {UserError} it does not start any more. */
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
        this.#isAsked = false;
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

  /** Waits, unless and until it is stopped or `renew` asks for a start. */
  async #pause(ms: number): Promise<void> {
    this.#wake = new AbortController();
    const signal = AbortSignal.any([this.#signal, this.#wake.signal]);
    if (signal.aborted) return;
    await (Number.isFinite(ms) ? delay(ms, undefined, { signal }).catch(() => {}) : once(signal, 'abort'));
  }

  /** @returns why it did not come to serve; undefined when it did. */
  async #restart(): Promise<string | undefined> {
    try {
      this.#child = await this.#subject.restart();
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

/** For a sentence: the time to a start, in milliseconds. */
function when(wait: number): string {
  return Number.isFinite(wait) ? `in ${(wait / 1_000).toFixed(1)} s` : 'when one of its files changes';
}

/** Its exit code or the signal that ended it, for a sentence. */
export function howEnded({ process: { signalCode } }: Child, code: number | null): string {
  return signalCode === null ? `exit code ${code}` : `signal ${signalCode}`;
}

/** A failed start tells the end of its log below its first line; while it is tried again that is too much. */
function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').replace(/ The end of (.*):$/, ' See $1.');
}

function toTerminal(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
