import { Places } from '../limits/places.ts';

/** Limits sockets whose agent is not yet known, so that strangers cannot use up the capacity. */
export class PendingHandshakes {
  readonly #limits: { total: number; perAddress: number };
  readonly #places = new Places();

  constructor(limits: { total: number; perAddress: number }) {
    this.#limits = limits;
  }

  /** @returns a function that ends the count, which may be called again; undefined if the limit is reached. */
  enter(address: string): (() => void) | undefined {
    const leaveAddress = this.#places.enter(`address ${address}`, this.#limits.perAddress);
    if (leaveAddress === undefined) return undefined;
    const leaveAll = this.#places.enter('all', this.#limits.total);
    if (leaveAll === undefined) {
      leaveAddress();
      return undefined;
    }
    return () => {
      leaveAddress();
      leaveAll();
    };
  }
}
