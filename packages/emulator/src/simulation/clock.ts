import { attempt } from './report-bug.ts';

/** The longest delay of Node's timers, in milliseconds (24.8 days). */
const LONGEST = 2 ** 31 - 1;

/** Time and timers, in milliseconds since 1970. */
export interface Clock {
  now(): number;
  /** Runs `task` once after a delay. @returns a function that cancels it. */
  after(delay: number, task: () => void): () => void;
}

interface Alarm {
  at: number;
  task: () => void;
  /** Its timer, once the clock is live. */
  timer?: NodeJS.Timeout;
}

/**
 * A clock that first simulates the past (`playUntil`) as fast as possible and then follows real time (`goLive`), so that the
 * demo cluster has a consistent history, created by its own controllers.
 */
export class SimulationClock implements Clock {
  #now: number;
  #live = false;
  #stopped = false;
  readonly #alarms = new Set<Alarm>();

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#live ? Date.now() : this.#now;
  }

  after(delay: number, task: () => void): () => void {
    if (this.#stopped) return () => {};
    const alarm: Alarm = { at: this.now() + delay, task };
    this.#alarms.add(alarm);
    if (this.#live) this.#arm(alarm);
    return () => this.#cancel(alarm);
  }

  /** Runs all tasks due until a moment, in order, and stops the clock there. */
  playUntil(moment: number): void {
    for (let next = this.#firstUntil(moment); next !== undefined; next = this.#firstUntil(moment)) {
      this.#alarms.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.task();
    }
    this.#now = Math.max(this.#now, moment);
  }

  /** Follows real time from now on. */
  goLive(): void {
    this.#live = true;
    for (const alarm of this.#alarms) this.#arm(alarm);
  }

  /** Cancels all tasks, and ignores those of later. */
  stop(): void {
    this.#stopped = true;
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
    // Node treats a longer delay as none.
    alarm.timer = setTimeout(run, Math.min(Math.max(0, alarm.at - Date.now()), LONGEST) || 0);
  }

  #cancel(alarm: Alarm): void {
    this.#alarms.delete(alarm);
    clearTimeout(alarm.timer);
  }
}
