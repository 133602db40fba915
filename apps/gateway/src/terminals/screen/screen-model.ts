import type { Terminal } from '@xterm/headless';
import { boundedTerminal, type Size } from './bounded-terminal.ts';
import { leaps } from './plain-lines.ts';
import { snapshotOf } from './snapshot.ts';
import { internalsOf, parserState } from './xterm-internals.ts';

/** xterm.js lets others run between two slices, after 12 ms. */
const slice = 4 * 1024;
/** In bytes, measured (`src/test/kept-screens.ts`): an empty terminal, a line and a cell. */
const cost = { terminal: 90_000, line: 450, cell: 12 };

/**
 * Cells above the screen by default, 100 lines of 80 columns: with them, a held terminal takes 1.5 MB with its ring of 1 MiB. The
 * ring itself is thousands of lines; these count only if it is full of one program's drawing.
 */
const scrollbackCells = 8_000;

/** What a terminal shows, computed from its output. Any output may be written. */
export class ScreenModel {
  readonly #terminal: Terminal;
  readonly #scrollback: number | undefined;

  /** @param scrollback lines kept above the screen, at most. */
  constructor(size: Size, scrollback?: number) {
    this.#scrollback = scrollback;
    this.#terminal = boundedTerminal(size, scrollback ?? linesOf(size));
  }

  get size(): Size {
    return { columns: this.#terminal.cols, rows: this.#terminal.rows };
  }

  /** An estimate of the memory it takes. */
  get bytes(): number {
    const { normal, alt } = internalsOf(this.#terminal).buffers;
    return cost.terminal + (normal.lines.length + alt.lines.length) * (cost.line + this.#terminal.cols * cost.cell);
  }

  /**
   * Resolves when all of it is drawn, never after `dispose`. Until then the data must not change, and nothing else may be
   * written. A character must not be split over two calls: xterm.js loses some of those.
   *
   * Of a flood of plain lines, only those are drawn that the screen or its scrollback can keep. The result is exactly the same,
   * and `yes` takes a hundredth of the time.
   */
  async write(data: Uint8Array): Promise<void> {
    const { rows, options } = this.#terminal;
    // So many lines before bring the cursor to the bottom, and so many after replace everything.
    const drawn = { before: rows, after: rows + (options.scrollback ?? 0) };
    let at = 0;
    for (const { from, to } of leaps(data, drawn)) {
      await this.#draw(data.subarray(at, from));
      at = this.#keepsOnlyTheLast() ? to : from;
    }
    await this.#draw(data.subarray(at));
  }

  resize(size: Size): void {
    this.#terminal.resize(size.columns, size.rows);
    this.#terminal.options.scrollback = this.#scrollback ?? linesOf(size);
  }

  /** See {@link snapshotOf}. Only between two writes. */
  snapshot(scrollback = Number.POSITIVE_INFINITY): string {
    return snapshotOf(this.#terminal, scrollback);
  }

  dispose(): void {
    this.#terminal.dispose();
  }

  #draw(data: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      let at = 0;
      for (let end = slice; end < data.byteLength; end = at + slice) {
        while (end > at + 1 && isContinuation(data[end])) end--;
        this.#terminal.write(data.subarray(at, end));
        at = end;
      }
      this.#terminal.write(data.subarray(at), resolve);
    });
  }

  /**
   * Whether each plain line moves up the lines before it, once the cursor is at the bottom, so that enough of them replace all:
   * not above the end of a scroll region, and not within a string or sequence.
   */
  #keepsOnlyTheLast(): boolean {
    const { buffers, _inputHandler } = internalsOf(this.#terminal);
    const scrolls = buffers.active.scrollBottom === this.#terminal.rows - 1;
    return scrolls && _inputHandler._parser.currentState === parserState.ground;
  }
}

function linesOf({ columns }: Size): number {
  return Math.floor(scrollbackCells / columns);
}

/** Whether a byte is one of a character of UTF-8, but not its first. */
function isContinuation(byte = 0): boolean {
  return (byte & 0xc0) === 0x80;
}
