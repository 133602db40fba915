/** How long work may go on before the page gets a turn, in milliseconds. */
const SLICE_MS = 8;

/**
 * Divides work among turns of the event loop, so that the page stays responsive: await `turn` between two pieces of work. Everything
 * that shares one `Slices` shares its time.
 */
export class Slices {
  readonly #now: () => number;
  readonly #nextTurn: () => Promise<void>;
  #since = Number.NEGATIVE_INFINITY;
  #turn: Promise<void> | undefined;

  constructor(options: { now?: () => number; nextTurn?: () => Promise<void> } = {}) {
    this.#now = options.now ?? (() => performance.now());
    this.#nextTurn = options.nextTurn ?? (() => new Promise((resolve) => setTimeout(resolve)));
  }

  /** Resolves at once while there is time left in this turn, otherwise in the next. */
  async turn(): Promise<void> {
    const now = this.#now();
    if (this.#turn === undefined && now - this.#since < SLICE_MS) return;
    this.#turn ??= this.#nextTurn().then(() => {
      this.#turn = undefined;
      this.#since = this.#now();
    });
    await this.#turn;
  }
}
