/** How many processes pods may run at once. */
export interface ProcessLimits {
  /** In one world. */
  world: number;
  /** In all worlds of an emulator. */
  emulator: number;
}

/** So that a loop of execs can neither bring down a laptop nor take the places of all others. */
const processLimits: ProcessLimits = { world: 64, emulator: 256 };

/** Counts the processes of all worlds. */
export class ProcessPlaces {
  readonly limits: ProcessLimits;
  #taken = 0;

  constructor(limits = processLimits) {
    this.limits = limits;
  }

  /** @returns a function that gives the place back; undefined if all are taken. */
  take(): (() => void) | undefined {
    if (this.#taken >= this.limits.emulator) return undefined;
    this.#taken += 1;
    let isMine = true;
    return () => {
      if (isMine) this.#taken -= 1;
      isMine = false;
    };
  }
}
