import { Places } from '../limits/places.ts';

/** Counts sockets whose peer is not known yet, so that strangers cannot take all the places. */
export class PendingHandshakes {
  readonly #limits: { total: number; perAddress: number };
  readonly #places = new Places();

  constructor(limits: { total: number; perAddress: number }) {
    this.#limits = limits;
  }

  /** @returns the way out, to be called once or more; undefined when there is no place left. */
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
