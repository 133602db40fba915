import type { EmulatorCore } from '@postern/terminal-bounds';
import type { IBufferCell, Terminal } from '@xterm/headless';

/**
 * What a snapshot needs and the public API of xterm.js does not give. The names are those of @xterm/headless 6.0.0, which
 * `package.json` pins; `xterm-internals.test.ts` fails if another version has moved any of them.
 */
export interface XtermInternals extends Omit<EmulatorCore, 'buffers'> {
  readonly buffers: { readonly normal: XtermBuffer; readonly alt: XtermBuffer; readonly active: XtermBuffer };
  readonly coreService: {
    readonly isCursorHidden: boolean;
    readonly modes: { readonly insertMode: boolean };
    readonly decPrivateModes: {
      readonly applicationCursorKeys: boolean;
      readonly applicationKeypad: boolean;
      readonly bracketedPasteMode: boolean;
      readonly cursorBlink: boolean | undefined;
      readonly cursorStyle: 'block' | 'underline' | 'bar' | undefined;
      readonly origin: boolean;
      readonly reverseWraparound: boolean;
      readonly sendFocus: boolean;
      readonly synchronizedOutput: boolean;
      readonly wraparound: boolean;
    };
  };
  readonly coreMouseService: {
    readonly activeProtocol: 'NONE' | 'X10' | 'VT200' | 'DRAG' | 'ANY';
    readonly activeEncoding: 'DEFAULT' | 'SGR' | 'SGR_PIXELS';
  };
  readonly _bufferService: {
    readonly buffer: XtermBuffer;
    scroll(eraseAttributes: unknown, isWrapped?: boolean): void;
  };
  readonly _charsetService: {
    readonly charset: Charset | undefined;
    readonly glevel: number;
    readonly _charsets: readonly (Charset | undefined)[];
  };
  readonly _inputHandler: EmulatorCore['_inputHandler'] & {
    readonly _curAttrData: Attributes;
    readonly _windowTitle: string;
    readonly _iconName: string;
    readonly _parser: XtermParser;
    /** @param designation which of G0 to G3, and the final byte of the set, as in `(0`. */
    selectCharset(designation: string): boolean;
  };
}

/** A table of substitutes; one object for each set, shared by all terminals of the process. */
type Charset = Readonly<Record<string, string>>;

export interface XtermBuffer {
  readonly x: number;
  readonly y: number;
  /** The first line of the screen, counted from the oldest line kept. */
  readonly ybase: number;
  readonly scrollTop: number;
  readonly scrollBottom: number;
  readonly tabs: Readonly<Record<number, boolean | undefined>>;
  readonly savedX: number;
  /** Counted like `ybase`. */
  savedY: number;
  readonly savedCurAttrData: Attributes;
  readonly savedCharset: Charset | undefined;
  readonly lines: {
    readonly length: number;
    readonly isFull: boolean;
    get(index: number): XtermLine | undefined;
  };
}

export interface XtermLine {
  readonly isWrapped: boolean;
  readonly length: number;
  /** Fills `cell` and returns it. */
  loadCell(index: number, cell: Cell): Cell;
}

/** The look of a cell, or of what is written next. */
export interface Attributes
  extends Pick<
    IBufferCell,
    | 'getFgColorMode'
    | 'getBgColorMode'
    | 'getFgColor'
    | 'getBgColor'
    | 'isBold'
    | 'isItalic'
    | 'isDim'
    | 'isUnderline'
    | 'isBlink'
    | 'isInverse'
    | 'isInvisible'
    | 'isStrikethrough'
    | 'isOverline'
  > {
  getUnderlineStyle(): number;
  isProtected(): number;
  /** Meaningless unless the text is underlined, but kept for the next underlined text. */
  readonly extended: { readonly underlineColor: number };
}

export interface Cell extends Attributes {
  /** Code point, and width × 2²². */
  content: number;
  getWidth(): number;
  getChars(): string;
}

type XtermParser = EmulatorCore['_inputHandler']['_parser'] & {
  readonly currentState: number;
  /** For state × 256 + byte: action × 16 + next state. Every character above U+009F counts as byte 0xA0. */
  readonly _transitions: { readonly table: Uint8Array };
  readonly _dcsParser: { readonly _handlers: Record<string, unknown> };
};

/** The parser's states and actions that matter here (`ParserState`, `ParserAction`). */
export const parserState = {
  ground: 0,
  escape: 1,
  csiEntry: 3,
  csiIgnore: 6,
  sosPmApcString: 7,
  oscString: 8,
  dcsEntry: 9,
} as const;
export const parserAction = {
  print: 2,
  execute: 3,
  oscEnd: 6,
  csiDispatch: 7,
  escDispatch: 10,
  dcsUnhook: 14,
} as const;

/** The inside of a terminal of @xterm/headless. */
export function internalsOf(terminal: Terminal): XtermInternals {
  return (terminal as unknown as { _core: XtermInternals })._core;
}

const emptyCell = 1 << 22;

/**
 * Reads one cell of a line into `cell`, and returns it. A wide character of which a narrower size has left only a half cannot be
 * drawn by any sequence; it counts as empty.
 * @param columns of the terminal: lines of the alternate screen keep cells beyond them.
 */
export function readCell(line: XtermLine, column: number, columns: number, cell: Cell): Cell {
  line.loadCell(column, cell);
  if (cell.getWidth() === 2 && column === columns - 1) cell.content = emptyCell;
  return cell;
}
