/** Remembers which proofs were used, for as long as they could be used again. */
export class ReplayCache {
  readonly #most: number;
  /** In the order in which they were added; the value is when the proof expires, in seconds since 1970. */
  readonly #until = new Map<string, number>();

  constructor(most = 20_000) {
    this.#most = most;
  }

  /**
   * Records a use at the time `now`, in seconds. @returns false if the proof was used before, or if there is no room left:
   * forgetting a proof that is still valid would let it be used again.
   */
  use(id: string, { now, until }: { now: number; until: number }): boolean {
    if (this.#until.has(id)) return false;
    if (this.#until.size >= this.#most) this.#forget(now);
    if (this.#until.size >= this.#most) return false;
    this.#until.set(id, until);
    return true;
  }

  #forget(now: number): void {
    for (const [id, until] of this.#until) if (until < now) this.#until.delete(id);
  }
}
