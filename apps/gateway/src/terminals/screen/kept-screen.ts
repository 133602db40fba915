import type { Size } from './bounded-terminal.ts';
import { skipMarker, skippable, startOver } from './interrupt-skip.ts';
import { OutputRing, type RingOptions } from './output-ring.ts';
import { ScreenModel } from './screen-model.ts';

/** Sizes that output may be drawn in, one after the other, while it is in the ring. */
const maxSizes = 1000;
/** The most rows that a terminal may have. */
const maxSizeRows = 1000;
/** Bytes that wait for the model: above the first, the cluster should not be read; below the second, it may be again. */
const congestion = { begins: 512 * 1024, ends: 64 * 1024 };

export interface KeptScreenOptions {
  size: Size;
  ring?: RingOptions;
  /** Lines above the screen that are kept of the output before the ring; as many as 8,000 cells by default. */
  scrollback?: number;
  /** Output comes faster than it can be drawn here: stop reading from the cluster, or go on. */
  onCongested?(isCongested: boolean): void;
  /** Something of ours is broken; this screen keeps nothing more. */
  onError(error: unknown): void;
}

/** A part of the output, drawn after the size was applied, if there is one. */
export interface Piece {
  readonly position: number;
  readonly data: Buffer;
  readonly size?: Size;
}

/** All that a new viewer draws, in this order. */
export interface Replay {
  /** Of the fresh terminal that the rest is for. */
  readonly size: Size;
  /** Escape sequences for the output before `position`; nothing if no output has left the ring. */
  readonly snapshot: string;
  readonly position: number;
  readonly pieces: readonly Piece[];
  /** Where to {@link KeptScreen.read} on. */
  readonly to: number;
}

/** What a viewer is sent instead of a part of the output. */
export interface Skip {
  /** Where to {@link KeptScreen.read} on. */
  readonly to: number;
  readonly skipped: number;
  /** The terminal's size at `to`; applied before drawing. */
  readonly size: Size;
  /** Escape sequences: the marker, and the screen as it is at `to`. */
  readonly draw: string;
}

/**
 * The screen of a terminal that nobody has to look at: its newest output as it is (the ring), and what all output before that
 * has left on the screen (the model). Together they are always all of the output: bytes leave the ring only after the model has
 * drawn them. The model is made when the first bytes leave; most terminals never need one.
 *
 * A viewer who has drawn the output up to a position goes on with `read` if the ring still `holds` it. Any other resets its
 * terminal and draws a `replay`. A new size has a position, too, and is applied there by everyone.
 */
export class KeptScreen {
  readonly #options: KeptScreenOptions;
  readonly #ring: OutputRing;
  #model: ScreenModel | undefined;
  /** At the ring's first byte. */
  #startSize: Size;
  /** Sizes after that, with strictly increasing positions. */
  #sizes: { position: number; size: Size }[] = [];
  /** Whether bytes are on their way from the ring to the model. */
  #isMoving = false;
  #isCongested = false;
  #isDisposed = false;
  #waiting: { run(): void; fail(error: Error): void }[] = [];

  constructor(options: KeptScreenOptions) {
    this.#options = options;
    this.#ring = new OutputRing(options.ring);
    this.#startSize = options.size;
  }

  get size(): Size {
    return this.#sizes.at(-1)?.size ?? this.#startSize;
  }

  /** The position of the oldest byte that can be read. */
  get from(): number {
    return this.#ring.from;
  }

  /** The position of the next byte to come. */
  get to(): number {
    return this.#ring.to;
  }

  /** An estimate of the memory it takes. */
  get bytes(): number {
    return this.#ring.bytes + (this.#model?.bytes ?? 0);
  }

  append(data: Uint8Array): void {
    if (this.#isDisposed) return;
    this.#ring.append(data);
    this.#settle();
  }

  /** Applies to all output from now on. Of several sizes without output in between, only the last counts. */
  resize(size: Size): void {
    if (this.#isDisposed) return;
    // A character of which only a part has arrived is drawn after it.
    const position = this.#ring.end;
    if (this.#sizes.at(-1)?.position === position) this.#sizes.pop();
    if (position === this.#ring.from && this.#model === undefined) this.#startSize = size;
    else this.#sizes.push({ position, size });
    // Without an end in sight of what is being written, the oldest is given up.
    if (this.#sizes.length > 2 * maxSizes) this.#sizes.shift();
    this.#settle();
  }

  holds(position: number): boolean {
    return this.#ring.holds(position);
  }

  /**
   * The output from a position on, up to the next new size. `undefined` if there is none yet; if the size was changed since the
   * last output, that is not told here, but by `size`.
   * @throws RangeError if the ring does not hold that position.
   */
  read(position: number, most?: number): Piece | undefined {
    const next = this.#sizes.find((one) => one.position > position)?.position ?? Number.POSITIVE_INFINITY;
    const data = this.#ring.read(position, Math.min(most ?? Number.POSITIVE_INFINITY, next - position));
    if (data.byteLength === 0) return undefined;
    const size = this.#sizes.find((one) => one.position === position)?.size;
    return { position, data, ...(size && { size }) };
  }

  /** Rejects after `dispose`. The pieces keep up to the ring's capacity in memory until they are dropped. */
  replay(): Promise<Replay> {
    return this.#whenAtRest(() => this.#replay());
  }

  /**
   * Moves a viewer who has typed an interrupt to the end of the output, if more than 128 KiB would have to be drawn first.
   *
   * The viewer has not seen what it skips, so its terminal has neither the right screen nor the right modes: the program may have
   * switched to the alternate screen in between, or set a colour. It gets the screen at that position, drawn here from the
   * model and the ring, on a terminal that was brought back to the state of a fresh one, except for its scrollback. That is what
   * a new viewer would get, and therefore right for the same reason. Only what is above the screen differs; a larger size shows
   * some of it. It costs one drawing of the ring: some 50 ms.
   * @param sent what the viewer has been sent so far, as a position.
   * @returns `undefined` if there is nothing to skip.
   */
  async skip(sent: number): Promise<Skip | undefined> {
    if (skippable(sent, this.#ring.boundary) === 0) return undefined;
    const { snapshot, size, pieces, to } = await this.#whenAtRest(() => this.#replay(this.#ring.boundary));
    // As much as a size with more rows could bring back to the screen.
    const copy = new ScreenModel(size, maxSizeRows);
    try {
      await copy.write(Buffer.from(snapshot));
      await draw(copy, pieces);
      copy.resize(this.#sizeAt(to));
      const skipped = skippable(sent, to);
      return { to, skipped, size: copy.size, draw: startOver(copy.size, skipMarker(skipped)) + copy.snapshot(0) };
    } finally {
      copy.dispose();
    }
  }

  /** Ends all use; what was waiting is rejected. */
  dispose(): void {
    this.#isDisposed = true;
    this.#model?.dispose();
    this.#model = undefined;
    for (const { fail } of this.#waiting.splice(0)) fail(disposed());
  }

  #replay(to = this.#ring.end): Replay {
    const snapshot = this.#model?.snapshot() ?? '';
    return { size: this.#startSize, snapshot, position: this.#ring.from, pieces: this.#pieces(to), to };
  }

  /** What is in the ring up to a position. */
  #pieces(to: number): Piece[] {
    const pieces: Piece[] = [];
    for (let at = this.#ring.from; at < to; ) {
      const piece = this.read(at, to - at);
      if (piece === undefined) break;
      pieces.push(piece);
      at += piece.data.byteLength;
    }
    return pieces;
  }

  #sizeAt(position: number): Size {
    return this.#sizes.findLast((one) => one.position <= position)?.size ?? this.#startSize;
  }

  /** Runs when the model has drawn exactly what is no longer in the ring. */
  async #whenAtRest<T>(take: () => T): Promise<T> {
    if (this.#isDisposed) throw disposed();
    if (!this.#isMoving) return take();
    return new Promise((resolve, reject) => {
      const run = (): void => {
        try {
          resolve(take());
        } catch (error) {
          reject(error);
        }
      };
      this.#waiting.push({ run, fail: reject });
    });
  }

  #settle(): void {
    this.#tellCongestion();
    if (this.#isMoving || this.#overdue() === this.#ring.from) return;
    this.#isMoving = true;
    this.#move().catch((error: unknown) => {
      this.dispose();
      this.#options.onError(error);
    });
  }

  #overdue(): number {
    return this.#sizes.length > maxSizes ? this.#ring.boundary : this.#ring.overdue();
  }

  /** The only place where output leaves the ring, one stretch after the other. */
  async #move(): Promise<void> {
    for (let to = this.#overdue(); to > this.#ring.from; to = this.#overdue()) {
      this.#model ??= new ScreenModel(this.#startSize, this.#options.scrollback);
      const model = this.#model;
      const pieces = this.#pieces(to);
      await draw(model, pieces);
      if (this.#isDisposed) return;
      // A character that is cut by a stretch belongs to it.
      const last = pieces.at(-1);
      if (last === undefined) throw new Error(`No output before ${to}`);
      const position = last.position + last.data.byteLength;
      this.#startSize = this.#sizeAt(position);
      model.resize(this.#startSize);
      this.#sizes = this.#sizes.filter((one) => one.position > position);
      this.#ring.release(position);
      this.#tellCongestion();
      for (const { run } of this.#waiting.splice(0)) run();
    }
    this.#isMoving = false;
  }

  #tellCongestion(): void {
    const waiting = this.#overdue() - this.#ring.from;
    const isCongested = waiting > (this.#isCongested ? congestion.ends : congestion.begins);
    if (isCongested === this.#isCongested) return;
    this.#isCongested = isCongested;
    this.#options.onCongested?.(isCongested);
  }
}

/** Draws what has one size at once: the more lines the model gets together, the fewer of a flood it has to draw. */
async function draw(model: ScreenModel, pieces: readonly Piece[]): Promise<void> {
  let together: Buffer[] = [];
  for (const { data, size } of pieces) {
    if (size) {
      await model.write(Buffer.concat(together));
      together = [];
      model.resize(size);
    }
    together.push(data);
  }
  await model.write(Buffer.concat(together));
}

function disposed(): Error {
  return new Error('This screen is no longer kept');
}
