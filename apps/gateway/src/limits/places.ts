/** Counts what is open at once, by key. A key with nothing open takes no memory. */
export class Places {
  readonly #taken = new Map<string, number>();

  /** Takes a place. @returns a function that releases it (further calls have no effect); undefined if `most` are taken. */
  enter(key: string, most: number): (() => void) | undefined {
    const taken = this.#taken.get(key) ?? 0;
    if (taken >= most) return undefined;
    this.#taken.set(key, taken + 1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      const left = (this.#taken.get(key) ?? 1) - 1;
      if (left === 0) this.#taken.delete(key);
      else this.#taken.set(key, left);
    };
  }

  /** How many places of a key are taken. */
  taken(key: string): number {
    return this.#taken.get(key) ?? 0;
  }
}
