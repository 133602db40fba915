/** Items started per turn of the event loop: about 5 ms of TLS handshakes. */
const perTurn = 4;

/**
 * Starts items at once while there are few, otherwise a few per turn of the event loop, with the keys taking turns. A key that
 * adds a thousand items delays only its own.
 */
export class FairQueue<Item> {
  readonly #begin: (item: Item) => void;
  /** Waiting items by key; the first key is next. */
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
      // Moves the key to the end, where this loop will reach it again.
      if (items.length > 0) this.#waiting.set(key, items);
      this.#begin(item);
    }
    if (this.#waiting.size > 0) this.#schedule();
  }
}
