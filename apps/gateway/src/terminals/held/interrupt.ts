/** Times in milliseconds. */
export const interruptTimes = {
  /** The process counts as interrupted when it has written nothing for this long. */
  quiet: 60,
  /** A process that ignores the interrupt is not waited for any longer. */
  longest: 2_000,
};

/** What a terminal turns into a signal that ends or stops the program: Ctrl-C, Ctrl-Z, Ctrl-\ (stty(1): intr, susp, quit). */
const signalKeys: readonly number[] = [0x03, 0x1a, 0x1c];

/** Whether input interrupts the program that runs. */
export function interrupts(input: Uint8Array): boolean {
  return signalKeys.some((key) => input.includes(key));
}

/** Waits until an interrupted process has become quiet. */
export class Interrupt {
  readonly #onOver: () => void;
  #quiet: NodeJS.Timeout | undefined;
  #longest: NodeJS.Timeout | undefined;

  constructor(onOver: () => void) {
    this.#onOver = onOver;
  }

  get isActive(): boolean {
    return this.#quiet !== undefined;
  }

  start(): void {
    this.#quiet = setTimeout(() => this.#over(), interruptTimes.quiet);
    this.#longest = setTimeout(() => this.#over(), interruptTimes.longest);
  }

  /** The process wrote something. */
  output(): void {
    this.#quiet?.refresh();
  }

  /** Waits no longer, without a word. */
  stop(): void {
    clearTimeout(this.#quiet);
    clearTimeout(this.#longest);
    this.#quiet = undefined;
  }

  #over(): void {
    this.stop();
    this.#onOver();
  }
}
