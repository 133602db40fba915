import type { TerminalSize } from '../exec-sender.ts';
import { KeptScreen, type Skip } from '../screen/kept-screen.ts';
import { type PlacedSize, SizeLog } from './size-log.ts';

/** What a view that has nothing draws first. */
export interface Snapshot {
  /** Where the output goes on after it. */
  position: number;
  /** Of the empty screen on which it is drawn. */
  size: TerminalSize;
  /** Escape sequences. */
  data: string;
  /** The number of the next size in the output. */
  nextSize: number;
}

/** The output of a terminal: its newest part as it is, the rest as what it left on the screen, and the sizes it was drawn in. */
export class HeldOutput {
  readonly #screen: KeptScreen;
  readonly #sizes: SizeLog;

  /** @param on called if output comes faster than it can be drawn here; if something of ours is broken. */
  constructor(size: TerminalSize, on: { onCongested(isCongested: boolean): void; onError(error: unknown): void }) {
    this.#screen = new KeptScreen({ size, ...on });
    this.#sizes = new SizeLog(size);
  }

  /** The position of the oldest byte that is kept as it is. */
  get from(): number {
    return this.#screen.from;
  }

  /** The position of the next byte. */
  get to(): number {
    return this.#screen.to;
  }

  /** The newest size, and the view that chose it. */
  get last(): PlacedSize {
    return this.#sizes.last;
  }

  append(data: Buffer): void {
    this.#screen.append(data);
    this.#sizes.forget(this.#screen.from);
  }

  resize(size: TerminalSize, by: string): void {
    this.#screen.resize(size);
    this.#sizes.add(this.#screen.to, size, by);
  }

  /** The size with this number; undefined if there is none yet. */
  size(number: number): PlacedSize | undefined {
    return this.#sizes.get(number);
  }

  /** The number of the size that holds at a position. */
  sizeAt(position: number): number {
    return this.#sizes.at(position);
  }

  /** The output from a position on, which must be kept; at most that many bytes. Empty at the end. */
  read(position: number, most: number): Buffer {
    return this.#screen.read(position, most)?.data ?? Buffer.alloc(0);
  }

  /** The screen at the oldest position that is kept. Rejects after `dispose`. */
  async snapshot(): Promise<Snapshot> {
    const { position, size, snapshot } = await this.#screen.replay();
    return { position, size, data: snapshot, nextSize: this.#sizes.at(position) + 1 };
  }

  /** What takes the place of the output that a view has not been sent; undefined if that is not much. Rejects after `dispose`. */
  skip(sent: number): Promise<Skip | undefined> {
    return this.#screen.skip(sent);
  }

  dispose(): void {
    this.#screen.dispose();
  }
}
