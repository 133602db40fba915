import { attempt } from './report-bug.ts';

/** The longest wait that Node's timers know; milliseconds (24.8 days). */
const LONGEST = 2 ** 31 - 1;

/** Time and timers, in milliseconds since 1970. */
export interface Clock {
  now(): number;
  /** Runs `task` once after a delay. @returns what cancels it. */
  after(delay: number, task: () => void): () => void;
}

interface Alarm {
  at: number;
  task: () => void;
  /** The timer behind it once the clock is live. */
  timer?: NodeJS.Timeout;
}

/**
 * A clock that first plays a past (`playUntil`) as fast as it can and then follows the real time (`goLive`). So the demo cluster
 * has an honest history: the controllers that run it made it.
 */
export class SimulationClock implements Clock {
  #now: number;
  #live = false;
  readonly #alarms = new Set<Alarm>();

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#live ? Date.now() : this.#now;
  }

  after(delay: number, task: () => void): () => void {
    const alarm: Alarm = { at: this.now() + delay, task };
    this.#alarms.add(alarm);
    if (this.#live) this.#arm(alarm);
    return () => this.#cancel(alarm);
  }

  /** Runs all that is due until a moment, in order, and stands there. */
  playUntil(moment: number): void {
    for (let next = this.#firstUntil(moment); next !== undefined; next = this.#firstUntil(moment)) {
      this.#alarms.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.task();
    }
    this.#now = Math.max(this.#now, moment);
  }

  /** From here on the time is the real one. */
  goLive(): void {
    this.#live = true;
    for (const alarm of this.#alarms) this.#arm(alarm);
  }

  /** Cancels everything. */
  stop(): void {
    for (const alarm of this.#alarms) this.#cancel(alarm);
  }

  #firstUntil(moment: number): Alarm | undefined {
    let first: Alarm | undefined;
    for (const alarm of this.#alarms) {
      if (alarm.at <= moment && (first === undefined || alarm.at < first.at)) first = alarm;
    }
    return first;
  }

  #arm(alarm: Alarm): void {
    const run = () => {
      this.#alarms.delete(alarm);
      attempt('a timer of the demo cluster', alarm.task);
    };
    // Node takes a longer wait for none.
    alarm.timer = setTimeout(run, Math.min(Math.max(0, alarm.at - Date.now()), LONGEST) || 0);
  }

  #cancel(alarm: Alarm): void {
    this.#alarms.delete(alarm);
    clearTimeout(alarm.timer);
  }
}
