import xterm from '@xterm/headless';
import { internalsOf, parserAction, parserState } from './xterm-internals.ts';

let transitions: Uint8Array | undefined;

/** The table of the parser of xterm.js itself, so that both always agree on where a sequence ends. */
function parserTable(): Uint8Array {
  if (transitions === undefined) {
    const terminal = new xterm.Terminal({ cols: 2, rows: 1, scrollback: 0 });
    transitions = internalsOf(terminal)._inputHandler._parser._transitions.table;
    terminal.dispose();
  }
  return transitions;
}

/** What the parser takes any character above U+009F for. */
const printable = 0xa0;

/** Actions after which nothing joins what was printed before. */
const endings: ReadonlySet<number> = new Set([
  parserAction.execute,
  parserAction.oscEnd,
  parserAction.csiDispatch,
  parserAction.escDispatch,
  parserAction.dcsUnhook,
]);

/**
 * Finds the positions of a terminal's output at which another emulator could take over from a snapshot: not within a character of
 * UTF-8, an escape sequence or a string, nor where the next character may join the last one. That is before a printable ASCII
 * character, after a control character such as LF, and after a complete sequence.
 */
export class BoundaryScanner {
  readonly #table = parserTable();
  #state: number = parserState.ground;
  /** Of the character of UTF-8 that has begun: its bits so far, how many bytes are missing, and the least value of this length. */
  #bits = 0;
  #missing = 0;
  #least = 0;

  /**
   * Reads on. Never within a sequence or string is a position returned that is inside of it, whichever way the output is split.
   * @returns the last boundary in these bytes, from 0, before the first, to their number; -1 if there is none.
   */
  scan(data: Uint8Array): number {
    let boundary = -1;
    for (let at = 0; at < data.byteLength; at++) {
      const byte = data[at] ?? 0;
      const code = byte < 0x80 ? this.#ascii(byte) : this.#decode(byte);
      if (code === undefined) continue;
      const transition = this.#table[(this.#state << 8) | code] ?? 0;
      const action = transition >> 4;
      // An ESC that ends a string also begins a sequence.
      this.#state = code === 0x1b ? parserState.escape : transition & 15;
      if (action === parserAction.print && code < printable) boundary = at;
      else if (this.#state === parserState.ground && endings.has(action)) boundary = at + 1;
    }
    return boundary;
  }

  #ascii(byte: number): number {
    this.#missing = 0;
    return byte;
  }

  /** @returns a C1 control, or `printable` for any other character; nothing while it is incomplete, or if it is invalid. */
  #decode(byte: number): number | undefined {
    if (byte >= 0xc0) {
      this.#missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : byte < 0xf8 ? 3 : 0;
      this.#bits = byte & (0x3f >> this.#missing);
      this.#least = [0, 0x80, 0x800, 0x10000][this.#missing] ?? 0;
      return undefined;
    }
    if (this.#missing === 0) return undefined;
    this.#bits = (this.#bits << 6) | (byte & 0x3f);
    if (--this.#missing > 0) return undefined;
    return this.#bits < this.#least || isExcluded(this.#bits) ? undefined : Math.min(this.#bits, printable);
  }
}

/** Surrogates, the byte order mark and what is beyond Unicode. */
function isExcluded(code: number): boolean {
  return (code >= 0xd800 && code <= 0xdfff) || code === 0xfeff || code > 0x10ffff;
}
