/** Begun in one turn of the event loop: some 5 ms of TLS handshakes. */
const perTurn = 4;

/**
 * Begins what is added, at once as long as little is; beyond that a few in each turn of the event loop, one of each key after the
 * other. So whoever adds a thousand waits for their own thousand, and nobody else does.
 */
export class FairQueue<Item> {
  readonly #begin: (item: Item) => void;
  /** Whose turn it is comes first. */
  readonly #waiting = new Map<string, Item[]>();
  #left = perTurn;
  #isScheduled = false;

  constructor(begin: (item: Item) => void) {
    this.#begin = begin;
  }

  add(key: string, item: Item): void {
    this.#schedule();
    if (this.#left > 0 && this.#waiting.size === 0) {
      this.#left--;
      this.#begin(item);
      return;
    }
    const items = this.#waiting.get(key);
    if (items === undefined) this.#waiting.set(key, [item]);
    else items.push(item);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isScheduled = false;
    this.#left = perTurn;
    for (const [key, items] of this.#waiting) {
      if (this.#left === 0) break;
      this.#left--;
      this.#waiting.delete(key);
      const item = items.shift() as Item;
      // Behind all others, where this loop comes to it again.
      if (items.length > 0) this.#waiting.set(key, items);
      this.#begin(item);
    }
    if (this.#waiting.size > 0) this.#schedule();
  }
}
