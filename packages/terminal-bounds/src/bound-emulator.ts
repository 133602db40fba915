import type { EmulatorCore, StringHandler } from './emulator-core.ts';

/** Code points of one cell; nobody can read more marks on one character. */
const maxCodePoints = 32;
/** Code points of a title, of the address of a link, or of another string (OSC). Other terminals allow links of about this length. */
const maxString = 2048;
/** How often a character may be repeated (REP), more than any screen can show. */
const maxRepeats = 65_535;

/** A terminal of xterm.js, with its size in cells. */
interface Emulator {
  readonly cols: number;
  readonly rows: number;
}

/**
 * Bounds what any output can make a terminal of xterm.js do: what it keeps and how long a sequence may take then depend on its
 * size. xterm.js itself keeps 10 million characters of an unfinished string and all combining characters of a cell, and obeys a
 * request to scroll by two billion lines, or to repeat a character as often. Nor does an error of its own go further.
 */
export function boundEmulator(terminal: Emulator): void {
  const core = (terminal as unknown as { _core: EmulatorCore })._core;
  limitStrings(core);
  limitCounts(terminal, core);
  limitCombining(core);
  mendErase(terminal, core);
  containErrors(core);
}

function limitStrings({ _inputHandler: { _parser } }: EmulatorCore): void {
  const handlers = _parser._oscParser._handlers;
  for (const [code, all] of Object.entries(handlers)) handlers[code] = all.map(limited);
}

/** Ignores strings that are too long. */
function limited(handler: StringHandler): StringHandler {
  let length = 0;
  return {
    start() {
      length = 0;
      handler.start();
    },
    put(data, start, end) {
      length += end - start;
      if (length <= maxString) handler.put(data, start, end);
    },
    end: (success) => handler.end(success && length <= maxString),
  };
}

/** Sequences that xterm.js repeats as often as they say. Lines and tab stops beyond the edge change nothing. */
function limitCounts(terminal: Emulator, { _inputHandler: { _parser } }: EmulatorCore): void {
  const limit = (finals: string, most: () => number): void => {
    for (const final of finals) {
      _parser.registerCsiHandler({ final }, ({ params }) => {
        params[0] = Math.min(params[0] ?? 0, most());
        return false;
      });
    }
  };
  limit('LMST', () => terminal.rows);
  limit('IZ', () => terminal.cols);
  limit('b', () => maxRepeats);
}

function limitCombining({ unicodeService, _inputHandler }: EmulatorCore): void {
  const print = _inputHandler.print.bind(_inputHandler);
  let codePoints = 0;
  _inputHandler.print = (data, start, end) => {
    // Otherwise, what comes next joins what was printed last.
    if (_inputHandler._parser.precedingJoinState === 0) codePoints = 0;
    let kept = start;
    for (let at = start; at < end; at++) {
      const code = data[at] ?? 0;
      codePoints = code >= 0x300 && unicodeService.wcwidth(code) === 0 ? codePoints + 1 : 1;
      if (codePoints <= maxCodePoints) data[kept++] = code;
    }
    print(data, start, kept);
  };
}

/** xterm.js 6.0.0 throws when the screen is erased up to its very last cell, unless lines have been scrolled out of it. */
function mendErase(terminal: Emulator, { buffers, _inputHandler }: EmulatorCore): void {
  const eraseInDisplay = _inputHandler.eraseInDisplay.bind(_inputHandler);
  _inputHandler.eraseInDisplay = (params, respectProtect) => {
    const { active } = buffers;
    const { x, y } = active;
    const throws = params.params[0] === 1 && x + 1 >= terminal.cols && active.lines.get(y + 1) === undefined;
    if (!throws) return eraseInDisplay(params, respectProtect);
    // The last line by itself, then everything but its last cell.
    _inputHandler.eraseInLine(params, respectProtect);
    active.x = terminal.cols - 2;
    eraseInDisplay(params, respectProtect);
    active.x = Math.min(x, terminal.cols - 1);
    return true;
  };
}

/** Any other error costs the rest of the part of the output that it is in, and nothing else. */
function containErrors({ _inputHandler }: EmulatorCore): void {
  const parse = _inputHandler.parse.bind(_inputHandler);
  _inputHandler.parse = (data, promiseResult) => {
    try {
      return parse(data, promiseResult);
    } catch {
      _inputHandler._parser.reset();
      return undefined;
    }
  };
}
