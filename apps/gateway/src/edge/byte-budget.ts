/** Limits the bytes held at once, in total and per key. */
export class ByteBudget {
  readonly #total: number;
  readonly #share: number;
  #held = 0;
  readonly #byKey = new Map<string, number>();

  constructor(options: { total: number; share: number }) {
    this.#total = options.total;
    this.#share = options.share;
  }

  /** Counts bytes as held. @returns a function that releases them; undefined if there is no room. */
  hold(key: string, bytes: number): (() => void) | undefined {
    const ofKey = this.#byKey.get(key) ?? 0;
    if (this.#held + bytes > this.#total || ofKey + bytes > this.#share) return undefined;
    this.#held += bytes;
    this.#byKey.set(key, ofKey + bytes);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#held -= bytes;
      const left = (this.#byKey.get(key) ?? bytes) - bytes;
      if (left === 0) this.#byKey.delete(key);
      else this.#byKey.set(key, left);
    };
  }
}
