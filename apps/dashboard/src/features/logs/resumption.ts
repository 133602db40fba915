import { type StampedLine, timeKey } from './log-line.ts';

/**
 * Tracks how far a log has been read, so that reading can resume after a break without repeating or losing a line: the kubelet
 * only accepts whole seconds in `sinceTime`, and sends the lines of that second again.
 */
export class Resumption {
  #last = '';
  #lastTime = '';
  /** Number of lines with exactly the last instant. */
  #same = 0;
  #skipped = 0;

  /** The value for `sinceTime`; undefined if nothing has been read. */
  get sinceTime(): string | undefined {
    return this.#lastTime === '' ? undefined : `${new Date(this.#lastTime).toISOString().slice(0, 19)}Z`;
  }

  /** Call when a new stream begins. */
  resume(): void {
    this.#skipped = 0;
  }

  /** Whether a line was not seen before. Lines without a time are always new. */
  isNew({ time }: StampedLine): boolean {
    if (time === '') return true;
    const key = timeKey(time);
    if (key < this.#last) return false;
    if (key > this.#last) {
      this.#last = key;
      this.#lastTime = time;
      this.#same = 1;
      this.#skipped = Number.POSITIVE_INFINITY;
      return true;
    }
    if (this.#skipped < this.#same) {
      this.#skipped++;
      return false;
    }
    this.#same++;
    return true;
  }
}
