import { boundEmulator } from '@postern/terminal-bounds';
import xterm, { type Terminal } from '@xterm/headless';
import { internalsOf, type XtermInternals } from './xterm-internals.ts';

/** The size of a terminal, in cells. */
export interface Size {
  columns: number;
  rows: number;
}

/**
 * A terminal of xterm.js without a screen that any output may be written to: what it keeps and how long a sequence may take is
 * bounded by its size. It answers no queries: nobody listens to its `onData`. Links (OSC 8) and colours of the palette (OSC 4,
 * 10, 11, 12) are ignored.
 */
export function boundedTerminal({ columns, rows }: Size, scrollback: number): Terminal {
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback, allowProposedApi: true, logLevel: 'off' });
  const core = internalsOf(terminal);
  ignoreStrings(core);
  boundEmulator(terminal);
  keepSavedLine(core);
  return terminal;
}

/** Ignores strings and queries without an effect that a snapshot keeps. */
function ignoreStrings({ _inputHandler: { _parser } }: XtermInternals): void {
  const osc = _parser._oscParser._handlers;
  // 0, 1 and 2 set titles.
  for (const code of Object.keys(osc)) if (Number(code) > 2) delete osc[code];
  // The only one answers a query.
  const dcs = _parser._dcsParser._handlers;
  for (const code of Object.keys(dcs)) delete dcs[code];
}

/**
 * A full buffer of xterm.js forgets that saved cursors move up with their line. With a scrollback shorter than the viewer's, that
 * would show. A cursor whose line is gone stays above all others, no matter how many lines came after it.
 */
function keepSavedLine(core: XtermInternals): void {
  const service = core._bufferService;
  const scroll = service.scroll.bind(service);
  service.scroll = (eraseAttributes, isWrapped) => {
    const { buffer } = service;
    if (buffer === core.buffers.normal && buffer.scrollTop === 0 && buffer.lines.isFull) {
      buffer.savedY = buffer.savedY > 0 ? buffer.savedY - 1 : Number.NEGATIVE_INFINITY;
    }
    scroll(eraseAttributes, isWrapped);
  };
}
