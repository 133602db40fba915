import type { Terminal } from '@xterm/headless';
import { boundedTerminal, type Size } from './bounded-terminal.ts';
import { snapshotOf } from './snapshot.ts';
import { internalsOf } from './xterm-internals.ts';

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
   * Resolves when all of it is drawn, never after `dispose`. Until then the data must not change. A character must not be split
   * over two calls: xterm.js loses some of those.
   */
  write(data: Uint8Array): Promise<void> {
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
}

function linesOf({ columns }: Size): number {
  return Math.floor(scrollbackCells / columns);
}

/** Whether a byte is one of a character of UTF-8, but not its first. */
function isContinuation(byte = 0): boolean {
  return (byte & 0xc0) === 0x80;
}
