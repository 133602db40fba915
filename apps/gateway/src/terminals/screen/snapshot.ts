import type { Terminal } from '@xterm/headless';
import { charsetFinal } from './charset-finals.ts';
import { cellsOf, drawCells, drawRows, isBlankOf } from './draw-rows.ts';
import { backgroundOf, sgrOf, sgrOfNext } from './sgr.ts';
import { internalsOf, parserState, type XtermBuffer, type XtermInternals } from './xterm-internals.ts';

/**
 * Escape sequences that bring a fresh xterm.js 6 of the same size into the state of this terminal: text, attributes, cursor,
 * both screens, saved cursors, scroll regions, tab stops, character sets, modes, title. Exact if the parser is between two
 * sequences; within one, the rest of it is swallowed.
 *
 * Not kept, because no sequence sets it or because nothing visible depends on it: links (OSC 8) and colours of the palette (OSC 4,
 * 10, 11, 12), which {@link boundedTerminal} ignores; tab stops, saved cursors and cells of the alternate screen beyond an edge,
 * which only a larger size shows again; styles of two empty cells at the edge; combining characters without a base; and that a
 * cursor is behind the last column, rather than in it, after other lines were scrolled to its row.
 * @param scrollback lines above the screen, at most.
 */
export function snapshotOf(terminal: Terminal, scrollback: number): string {
  const core = internalsOf(terminal);
  const { normal, alt, active } = core.buffers;
  const from = Math.max(0, normal.ybase - scrollback);
  // The alternate screen loses what it showed when it is left, but not its saved cursor.
  const left = active === alt ? '' : `\x1b[?1047h\x1b[${alt.savedY + 1}H${savedCursor(alt)}\x1b[?1047l\x1b[H`;
  let state = left + draw(terminal, normal, from);
  if (active === alt) {
    // 1047, because 1049 would save a cursor in the normal buffer. Where that has its own cursor matters to a resize.
    state += `\x1b[${normal.y + 1};${normal.x + 1}H\x1b[?1047h\x1b[H${draw(terminal, alt, 0)}`;
  }
  // Text is drawn for a cursor at the right edge, so character sets come after it; unless they come with a cursor of their own.
  const { charset, glevel, _charsets } = core._charsetService;
  const isRestored = charset !== _charsets[glevel] && charset === active.savedCharset;
  state += isRestored ? `${charsets(core)}\x1b8${cursor(terminal, core)}` : cursor(terminal, core) + charsets(core);
  return state + modes(terminal, core) + titles(core) + openerOf(core._inputHandler._parser.currentState);
}

/** The lines of a buffer and what it has for itself. Ends with the cursor at home, and nothing else changed. */
function draw(terminal: Terminal, buffer: XtermBuffer, from: number): string {
  const to = buffer.lines.length;
  // The cursor is saved in its line, even if that is above the screen in the end: a larger size would bring it back.
  const row = Math.min(to - 1, Math.max(from, buffer.savedY));
  const region = `\x1b[${buffer.scrollTop + 1};${buffer.scrollBottom + 1}r`;
  // The first line may continue one that is no longer there: it is made to run on from a line that is deleted.
  const continued = terminal.rows > 1 && buffer.lines.get(from)?.isWrapped === true;
  const start = continued ? `\x1b[${terminal.cols}G  \x1b[H\x1b[M\x1b[X` : '';
  const lines =
    start +
    drawRows(terminal, buffer, { from, to: row }) +
    savedCursor(buffer) +
    drawRows(terminal, buffer, { from: row, to });
  return `${lines}${tabStops(terminal, buffer)}\x1b[H${region}`;
}

/** Saves a cursor in the line where it is, and returns to its first column. */
function savedCursor({ savedX, savedCurAttrData, savedCharset }: XtermBuffer): string {
  return `\x1b[${savedX + 1}G${sgrOf(savedCurAttrData)}\x1b(${charsetFinal(savedCharset)}\x1b7\x1b(B\x1b[m\r`;
}

function tabStops(terminal: Terminal, buffer: XtermBuffer): string {
  const columns = Array.from({ length: terminal.cols }, (_, column) => column);
  const stops = columns.filter((column) => buffer.tabs[column]);
  const byDefault = columns.filter((column) => column % 8 === 0);
  if (String(stops) === String(byDefault)) return '';
  return `\x1b[3g${stops.map((column) => `\x1b[${column + 1}G\x1bH`).join('')}`;
}

/** The cursor, and the attributes of what is written next. */
function cursor(terminal: Terminal, { buffers: { active }, coreService, _inputHandler }: XtermInternals): string {
  const isOrigin = coreService.decPrivateModes.origin;
  const row = active.y + 1 - (isOrigin ? active.scrollTop : 0);
  const place = active.x < terminal.cols ? `\x1b[${row};${active.x + 1}H` : cursorAtEdge(terminal, active, row);
  return `${isOrigin ? '\x1b[?6h' : ''}${place}${sgrOfNext(_inputHandler._curAttrData)}`;
}

/** A cursor behind the last column, where only writing into that column brings it. */
function cursorAtEdge(terminal: Terminal, active: XtermBuffer, row: number): string {
  const cells = cellsOf(terminal, active, active.ybase + active.y);
  const last = terminal.cols - 1;
  const from = cells.at(last - 1).getWidth() === 2 ? last - 1 : last;
  if (cells.at(from).getChars() !== '') return `\x1b[${row};${from + 1}H${drawCells(cells, from)}`;
  // Erased since then, and all of the line with it; or other lines have been moved here, which no sequence could repeat.
  const background = backgroundOf(cells.at(last));
  for (let column = 0; column < last; column++) {
    if (!isBlankOf(cells.at(column), background)) return `\x1b[${row};${last + 1}H`;
  }
  return `\x1b[${row};${last + 1}H ${background}\x1b[1K`;
}

function charsets({ _charsetService: { glevel, _charsets } }: XtermInternals): string {
  const designated = ['(', ')', '*', '+'].map((which, index) => `\x1b${which}${charsetFinal(_charsets[index])}`);
  return designated.join('') + (['\x0f', '\x0e', '\x1bn', '\x1bo'][glevel] ?? '');
}

/** Modes that differ from those of a fresh terminal; not origin mode, which moves the cursor. */
function modes(terminal: Terminal, { coreService, coreMouseService }: XtermInternals): string {
  const dec = coreService.decPrivateModes;
  const protocol = { NONE: undefined, X10: 9, VT200: 1000, DRAG: 1002, ANY: 1003 }[coreMouseService.activeProtocol];
  const encoding = { DEFAULT: undefined, SGR: 1006, SGR_PIXELS: 1016 }[coreMouseService.activeEncoding];
  const style = dec.cursorStyle && { block: 2, underline: 4, bar: 6 }[dec.cursorStyle];
  return [
    coreService.modes.insertMode && '\x1b[4h',
    terminal.options.convertEol && '\x1b[20h',
    dec.applicationCursorKeys && '\x1b[?1h',
    !dec.wraparound && '\x1b[?7l',
    terminal.options.cursorBlink && '\x1b[?12h',
    coreService.isCursorHidden && '\x1b[?25l',
    dec.reverseWraparound && '\x1b[?45h',
    dec.applicationKeypad && '\x1b=',
    protocol && `\x1b[?${protocol}h`,
    encoding && `\x1b[?${encoding}h`,
    dec.sendFocus && '\x1b[?1004h',
    dec.bracketedPasteMode && '\x1b[?2004h',
    dec.synchronizedOutput && '\x1b[?2026h',
    style && `\x1b[${dec.cursorBlink ? style - 1 : style} q`,
  ]
    .filter(Boolean)
    .join('');
}

function titles({ _inputHandler: { _windowTitle, _iconName } }: XtermInternals): string {
  return `${_iconName && `\x1b]1;${_iconName}\x07`}${_windowTitle && `\x1b]2;${_windowTitle}\x07`}`;
}

/** Opens a sequence without an effect, of the kind that the parser is in: it takes what is left of the original. */
function openerOf(state: number): string {
  if (state >= parserState.csiEntry && state <= parserState.csiIgnore) return '\x1b[=';
  if (state === parserState.sosPmApcString) return '\x1b_';
  if (state === parserState.oscString) return '\x1b]9999;';
  if (state >= parserState.dcsEntry) return '\x1bPz';
  return '';
}
