/** Times in milliseconds. */
export const interruptTimes = {
  /** The process counts as interrupted when it has written nothing for this long. On a busy machine, a flood pauses as well. */
  quiet: 150,
  /** The same, once the terminal has echoed the key, which comes after all that the process wrote before. */
  quietAfterEcho: 10,
  /** What it wrote before may take this long to arrive; a process that ignores the interrupt is not waited for any longer. */
  longest: 2_000,
};

/** What a terminal turns into a signal that ends or stops the program: Ctrl-C, Ctrl-Z, Ctrl-\ (stty(1): intr, susp, quit). */
const signalKeys: readonly number[] = [0x03, 0x1a, 0x1c];
/** How a terminal shows each of them (stty(1): echoctl). */
const echoes: readonly string[] = ['^C', '^Z', '^\\'];
/** The keys that start something new: what it writes is wanted. */
const enterKeys: readonly number[] = [0x0a, 0x0d];

/** Whether input interrupts the program that runs. */
export function interrupts(input: Uint8Array): boolean {
  return signalKeys.some((key) => input.includes(key));
}

/** Whether input is a command, whose output nobody wants to miss. */
export function commands(input: Uint8Array): boolean {
  return enterKeys.some((key) => input.includes(key));
}

/**
 * Waits until an interrupted process has become quiet, and again if what it wrote before arrives late. The echo of the key shortens
 * that; a program that prints the same text by itself only makes it wait again.
 */
export class Interrupt {
  readonly #onOver: () => void;
  #quiet: NodeJS.Timeout | undefined;
  #longest: NodeJS.Timeout | undefined;

  constructor(onOver: () => void) {
    this.#onOver = onOver;
  }

  /** Whether it waits. */
  get isActive(): boolean {
    return this.#quiet !== undefined;
  }

  /** Whether a flood would still be one from before the interrupt. */
  get isRecent(): boolean {
    return this.#longest !== undefined;
  }

  start(): void {
    this.stop();
    this.#longest = setTimeout(() => this.#end(), interruptTimes.longest);
    this.resume();
  }

  /** Waits once more, until the same time at the latest. */
  resume(): void {
    this.#wait(interruptTimes.quiet);
  }

  /** The process wrote something. */
  output(data: Buffer): void {
    if (echoes.some((echo) => data.includes(echo))) this.#wait(interruptTimes.quietAfterEcho);
    else this.#quiet?.refresh();
  }

  /** What comes now is wanted. */
  forget(): void {
    if (!this.isActive) this.stop();
  }

  /** Waits no longer, without a word. */
  stop(): void {
    clearTimeout(this.#quiet);
    clearTimeout(this.#longest);
    this.#quiet = undefined;
    this.#longest = undefined;
  }

  #wait(ms: number): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#over(), ms);
  }

  #end(): void {
    const wasActive = this.isActive;
    this.stop();
    if (wasActive) this.#onOver();
  }

  #over(): void {
    clearTimeout(this.#quiet);
    this.#quiet = undefined;
    this.#onOver();
  }
}
