/** Counts sockets whose peer is not known yet, so that strangers cannot take all the places. */
export class Waiting {
  readonly #limits: { total: number; perAddress: number };
  readonly #byAddress = new Map<string, number>();
  #total = 0;

  constructor(limits: { total: number; perAddress: number }) {
    this.#limits = limits;
  }

  /** @returns the way out, to be called once or more; undefined when there is no place left. */
  enter(address: string): (() => void) | undefined {
    const here = this.#byAddress.get(address) ?? 0;
    if (this.#total >= this.#limits.total || here >= this.#limits.perAddress) return undefined;
    this.#total++;
    this.#byAddress.set(address, here + 1);
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.#total--;
      const left = (this.#byAddress.get(address) ?? 1) - 1;
      if (left === 0) this.#byAddress.delete(address);
      else this.#byAddress.set(address, left);
    };
  }
}
