import type { Terminal } from '@xterm/headless';
import { backgroundOf, sgrOf, sgrOfNext } from '../terminals/screen/sgr.ts';
import { type Cell, internalsOf, readCell, type XtermBuffer } from '../terminals/screen/xterm-internals.ts';

/**
 * Everything of a terminal that a person or a later sequence could notice, as text that compares well. Saved cursors show when
 * they are restored.
 * @param scrollback lines above the screen, at most.
 */
export function stateOf(terminal: Terminal, scrollback: number): object {
  const core = internalsOf(terminal);
  const { normal, alt, active } = core.buffers;
  const { charset, glevel, _charsets } = core._charsetService;
  return {
    size: [terminal.cols, terminal.rows],
    normal: bufferOf(terminal, normal, scrollback),
    alternate: active === alt ? bufferOf(terminal, alt, 0) : undefined,
    cursor: [active.x, active.y],
    next: sgrOfNext(core._inputHandler._curAttrData),
    charsets: [0, 1, 2, 3].map((index) => keysOf(_charsets[index])),
    charset: [glevel, keysOf(charset)],
    modes: { ...core.coreService.modes, ...core.coreService.decPrivateModes },
    options: [terminal.options.convertEol, terminal.options.cursorBlink, core.coreService.isCursorHidden],
    mouse: [core.coreMouseService.activeProtocol, core.coreMouseService.activeEncoding],
    titles: [core._inputHandler._windowTitle, core._inputHandler._iconName],
  };
}

function bufferOf(terminal: Terminal, buffer: XtermBuffer, scrollback: number): object {
  const from = Math.max(0, buffer.ybase - scrollback);
  return {
    lines: Array.from({ length: buffer.lines.length - from }, (_, index) =>
      lineOf(terminal, buffer, from + index, index === 0),
    ),
    region: [buffer.scrollTop, buffer.scrollBottom],
    tabs: Array.from({ length: terminal.cols }, (_, column) => column)
      .filter((column) => buffer.tabs[column])
      .join(),
  };
}

function lineOf(terminal: Terminal, buffer: XtermBuffer, row: number, isFirst: boolean): string {
  const line = buffer.lines.get(row);
  const cell = terminal.buffer.normal.getNullCell() as unknown as Cell;
  // The line that the first one continues is not compared.
  let [text, style, width] = [line?.isWrapped && !isFirst ? '↪' : ' ', '\x1b[0m', 1];
  for (let column = 0; line && column < terminal.cols; column++) {
    readCell(line, column, terminal.cols, cell);
    const isHalf = cell.getWidth() === 0 && cell.getChars() === '';
    // The second half of a wide character; without a first one it looks like an empty cell.
    const isShown = !isHalf || width !== 2;
    width = cell.getWidth();
    if (!isShown) continue;
    const next = isHalf ? backgroundOf(cell) : sgrOf(cell);
    if (next !== style) text += `{${next.slice(2)}}`;
    style = next;
    text += cell.getChars() || '·';
  }
  return text.replace(/·+$/, '');
}

/** A character set by what it replaces. */
function keysOf(charset: object | undefined): string {
  return charset === undefined ? '' : Object.entries(charset).join().slice(0, 40);
}
