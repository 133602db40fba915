import { type StampedLine, timeKey } from './log-line.ts';

/**
 * Remembers up to where a log has been read, so that reading goes on after a break without a line twice or left out: the
 * kubelet takes whole seconds only in `sinceTime`, and sends the lines of that second again.
 */
export class Resumption {
  #last = '';
  #lastTime = '';
  /** So many lines had that very instant. */
  #same = 0;
  #skipped = 0;

  /** For `sinceTime`; undefined when nothing has been read. */
  get sinceTime(): string | undefined {
    return this.#lastTime === '' ? undefined : `${new Date(this.#lastTime).toISOString().slice(0, 19)}Z`;
  }

  /** A new stream begins. */
  resume(): void {
    this.#skipped = 0;
  }

  /** True: a line that was not seen before. Lines without time always are. */
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
