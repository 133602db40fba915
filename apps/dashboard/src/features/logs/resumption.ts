const SECOND = 1_000_000;

/**
 * Tracks how far the log of a container has been read, so that reading can resume without repeating or losing a line. The kubelet
 * accepts only whole seconds in `sinceTime` and sends all lines since then again, unless a rotation has removed them; so the
 * lines of the last second are remembered, and recognised by what they say.
 */
export class Resumption {
  #second = Number.NEGATIVE_INFINITY;
  /** How often each line of the last second was read. */
  #seen = new Map<string, number>();
  /** Those of them that the resumed stream has not repeated yet. */
  #repeats = new Map<string, number>();
  #resumedFrom = Number.NEGATIVE_INFINITY;

  /** The value for `sinceTime`; undefined if nothing has been read. */
  get sinceTime(): string | undefined {
    return Number.isFinite(this.#second) ? `${new Date(this.#second * 1000).toISOString().slice(0, 19)}Z` : undefined;
  }

  /** Call when another stream begins. */
  resume(): void {
    this.#repeats = new Map(this.#seen);
    this.#resumedFrom = this.#second;
  }

  /** Whether a line was not read before. `line`: as sent; `at`: its instant in microseconds, NaN if it has none. */
  isNew(line: string, at: number): boolean {
    if (Number.isNaN(at)) return true;
    const second = Math.floor(at / SECOND);
    // An API server that ignores `sinceTime` repeats everything. Once something is new, times that go back are the container's.
    if (second < this.#resumedFrom) return false;
    const repeats = this.#repeats.get(line) ?? 0;
    if (repeats > 0) {
      this.#repeats.set(line, repeats - 1);
      return false;
    }
    this.#resumedFrom = Number.NEGATIVE_INFINITY;
    if (second > this.#second) {
      this.#seen = new Map();
      this.#second = second;
    }
    if (second === this.#second) this.#seen.set(line, (this.#seen.get(line) ?? 0) + 1);
    return true;
  }
}
