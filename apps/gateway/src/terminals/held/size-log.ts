import type { TerminalSize } from '../exec-sender.ts';

/** A size, from a position in the output on. */
export interface PlacedSize {
  position: number;
  size: TerminalSize;
  /** The key of the view that chose it; empty for the first. */
  by: string;
}

/** The sizes of a terminal at their positions in its output, numbered from 0. Those before the kept output are forgotten. */
export class SizeLog {
  readonly #sizes: PlacedSize[];
  #forgotten = 0;

  constructor(first: TerminalSize) {
    this.#sizes = [{ position: 0, size: first, by: '' }];
  }

  /** The newest. */
  get last(): PlacedSize {
    return this.#sizes.at(-1) as PlacedSize;
  }

  add(position: number, size: TerminalSize, by: string): void {
    this.#sizes.push({ position, size, by });
  }

  /** The size with this number; undefined if there is none yet, or none any more. */
  get(number: number): PlacedSize | undefined {
    return this.#sizes[number - this.#forgotten];
  }

  /** The number of the size that holds at a position: of several there, the last. */
  at(position: number): number {
    const index = this.#sizes.findLastIndex((size) => size.position <= position);
    return this.#forgotten + Math.max(0, index);
  }

  /** Forgets the sizes that had been replaced before a position. */
  forget(before: number): void {
    const unneeded = this.at(before) - this.#forgotten;
    this.#sizes.splice(0, unneeded);
    this.#forgotten += unneeded;
  }
}
