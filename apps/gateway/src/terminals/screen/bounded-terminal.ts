import xterm, { type Terminal } from '@xterm/headless';
import { internalsOf, type StringHandler, type XtermInternals } from './xterm-internals.ts';

/** The size of a terminal, in cells. */
export interface Size {
  columns: number;
  rows: number;
}

/** Code points of one cell; nobody can read more marks on one character. */
const maxCodePoints = 32;
/** Code points of a title. */
const maxTitle = 1024;
/** How often a character may be repeated (REP), more than any screen can show. */
const maxRepeats = 65_535;

/**
 * A terminal of xterm.js without a screen that any output may be written to: what it keeps and how long a sequence may take is
 * bounded by its size. xterm.js itself keeps 10 million characters of an unfinished string and all combining characters of a
 * cell, and obeys a request to scroll by two billion lines. It answers no queries: nobody listens to its `onData`. Links (OSC 8)
 * and colours of the palette (OSC 4, 10, 11, 12) are ignored.
 */
export function boundedTerminal({ columns, rows }: Size, scrollback: number): Terminal {
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback, allowProposedApi: true, logLevel: 'off' });
  const core = internalsOf(terminal);
  limitStrings(core);
  limitCounts(terminal, core);
  limitCombining(core);
  keepSavedLine(core);
  return terminal;
}

function limitStrings({ _inputHandler: { _parser } }: XtermInternals): void {
  const osc = _parser._oscParser._handlers;
  for (const [code, handlers] of Object.entries(osc)) {
    // 0, 1 and 2 set titles.
    if (Number(code) > 2) delete osc[code];
    else osc[code] = handlers.map(limited);
  }
  // The only one answers a query.
  const dcs = _parser._dcsParser._handlers;
  for (const code of Object.keys(dcs)) delete dcs[code];
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
      if (length <= maxTitle) handler.put(data, start, end);
    },
    end: (success) => handler.end(success && length <= maxTitle),
  };
}

/** Sequences that xterm.js repeats as often as they say. Lines and tab stops beyond the edge change nothing. */
function limitCounts(terminal: Terminal, { _inputHandler: { _parser } }: XtermInternals): void {
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

function limitCombining({ unicodeService, _inputHandler }: XtermInternals): void {
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

/**
 * A full buffer of xterm.js forgets that saved cursors move up with their line. With a scrollback shorter than the viewer's, that
 * would show.
 */
function keepSavedLine(core: XtermInternals): void {
  const service = core._bufferService;
  const scroll = service.scroll.bind(service);
  service.scroll = (eraseAttributes, isWrapped) => {
    const { buffer } = service;
    if (buffer === core.buffers.normal && buffer.scrollTop === 0 && buffer.lines.isFull) buffer.savedY--;
    scroll(eraseAttributes, isWrapped);
  };
}
