import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Clock, systemClock } from '@postern/tunnel';

/** How long no request may have begun or ended before memory is collected, in milliseconds. */
const quietMs = 10_000;
/** Nothing is done unless resident memory has grown this much since the last time, in bytes. */
const worthwhile = 8 * 1024 * 1024;

interface Surroundings {
  clock?: Clock;
  /** Resident memory, in bytes. */
  resident?: () => number;
  collect?: () => void;
}

/**
 * Gives memory back after work. V8 collects garbage when something is allocated, so an agent that has become idle would keep what
 * its last requests needed: some 10 MB after large copies. The collection takes about 50 ms, in which a keystroke would wait, so
 * none is made while a terminal or another upgraded stream is open.
 */
export class IdleCollection {
  readonly #clock: Clock;
  readonly #resident: () => number;
  readonly #collect: () => void;
  #upgrades = 0;
  #cancel = (): void => {};
  #before: number;

  constructor({ clock = systemClock, resident = process.memoryUsage.rss, collect = collectAll }: Surroundings = {}) {
    this.#clock = clock;
    this.#resident = resident;
    this.#collect = collect;
    this.#before = resident();
  }

  /** Call when a request begins. */
  opened(kind: 'http' | 'upgrade'): void {
    if (kind === 'upgrade') this.#upgrades++;
    this.#wait();
  }

  /** Call when it has ended. */
  closed(kind: 'http' | 'upgrade'): void {
    if (kind === 'upgrade') this.#upgrades--;
    this.#wait();
  }

  /** Does nothing any more. */
  stop(): void {
    this.#cancel();
  }

  #wait(): void {
    this.#cancel();
    this.#cancel = this.#clock.after(quietMs, () => {
      if (this.#upgrades > 0 || this.#resident() - this.#before < worthwhile) return;
      this.#collect();
      this.#before = this.#resident();
    });
  }
}

/** A full collection that also returns free pages of the heap; V8's ordinary one keeps them for later. */
function collectAll(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as NodeJS.GCFunction;
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
