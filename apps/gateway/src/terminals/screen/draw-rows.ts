import type { Terminal } from '@xterm/headless';
import { backgroundOf, sgrOf } from './sgr.ts';
import { type Cell, readCell, type XtermBuffer } from './xterm-internals.ts';

/** Two columns wide in every version of Unicode that xterm.js knows. */
const wide = '\u3000';

/**
 * Draws lines of a buffer one below the other, from the cursor's line down. Expects a cursor in the first column, no scroll
 * region, and autowrap; all lines below must be empty. Ends in the first column of the line `to`, if there is one.
 *
 * The addon of xterm.js for this, @xterm/addon-serialize 0.14.0, drew 25 of 112 random states wrongly: a terminal that goes on
 * from what it writes drifts from the original.
 */
export function drawRows(terminal: Terminal, buffer: XtermBuffer, rows: { from: number; to: number }): string {
  let drawn = '';
  for (let row = rows.from; row < rows.to; row++) {
    const cells = cellsOf(terminal, buffer, row);
    const next = row + 1 < buffer.lines.length ? buffer.lines.get(row + 1) : undefined;
    const runsOn = next?.isWrapped === true;
    const last = cells.at(cells.columns - 1);
    if (runsOn && last.getChars() === '' && last.getWidth() > 0) {
      // Text that does not fit makes a line run on. A wide character does so and leaves the last cell empty, in its own style.
      const overflow = `\x1b[${cells.columns}G${sgrOf(last)}${wide}\x1b[m\r\x1b[${cells.columns}X`;
      drawn += drawCells({ ...cells, length: cells.columns - 1 }) + overflow;
    } else drawn += `${drawCells(cells)}\x1b[m${runsOn ? ' \r\x1b[X' : next === undefined ? '\r' : '\r\n'}`;
  }
  return drawn;
}

/** The first cells of a line of so many columns. `at` returns the same object each time. */
interface Cells {
  columns: number;
  length: number;
  at(column: number): Cell;
}

/** The cells of a line of the buffer, as wide as the terminal. */
export function cellsOf(terminal: Terminal, buffer: XtermBuffer, row: number): Cells {
  const cell = terminal.buffer.normal.getNullCell() as unknown as Cell;
  const line = buffer.lines.get(row);
  const columns = terminal.cols;
  return { columns, length: columns, at: (column) => (line ? readCell(line, column, columns, cell) : cell) };
}

/**
 * Draws the cells of the cursor's line, from the cursor's column on, which is `from`. The cursor ends in any column; behind the
 * last one if that was drawn last.
 */
export function drawCells(cells: Cells, from = 0): string {
  const end = usedLength(cells);
  const last = cells.columns - 1;
  let drawn = end > last && isStyledBlank(cells.at(last)) ? drawLastStyledBlank(cells) : '';
  let style = '';
  for (let column = from; column < end; ) {
    const cell = cells.at(column);
    const width = cell.getWidth();
    const text = cell.getChars();
    if (text === '') {
      if (isStyledBlank(cell)) {
        if (column < last) drawn += drawStyledBlank(column, sgrOf(cell));
        column++;
        style = '';
        continue;
      }
      const background = backgroundOf(cell);
      let blanks = 1;
      while (column + blanks < end && isBlankOf(cells.at(column + blanks), background)) blanks++;
      drawn += `${background}\x1b[${blanks}X\x1b[${column + blanks + 1}G`;
      style = background;
      column += blanks;
      continue;
    }
    const wanted = sgrOf(cell);
    // A combining character without anything to combine with has a cell of its own, if a sequence precedes it.
    if (wanted !== style || width === 0) drawn += wanted;
    style = wanted;
    drawn += text;
    column += Math.max(1, width);
    if (width === 2 && column > last && cells.at(last).getWidth() > 0) {
      // Without autowrap, what follows is written over the second half of a wide character at the edge, and the first stays.
      drawn += `\x1b[?7l${sgrOf(cells.at(last))}${cells.at(last).getChars()}\x1b[?7h`;
    }
  }
  return drawn;
}

/** The columns up to the last one that is not as in a new line. */
function usedLength(cells: Cells): number {
  for (let column = cells.length - 1; column >= 0; column--) {
    const cell = cells.at(column);
    if (cell.getChars() !== '' || sgrOf(cell) !== '\x1b[0m') return column + 1;
  }
  // The first cell may have been used to make the line above run on: it is erased again there.
  return 0;
}

/** Whether erasing with this background gives such a cell. */
export function isBlankOf(cell: Cell, background: string): boolean {
  return cell.getChars() === '' && sgrOf(cell) === background;
}

/** Whether an empty cell has more than a background, which erasing alone cannot give. Underlined or inverse, it is visible. */
function isStyledBlank(cell: Cell): boolean {
  return cell.getChars() === '' && cell.getWidth() > 0 && sgrOf(cell) !== backgroundOf(cell);
}

/**
 * Leaves an empty cell with a style, and the cursor after it. Text over the second half of a wide character empties the first,
 * in the style of the text. The next cell is overwritten, and must be drawn afterwards.
 */
function drawStyledBlank(column: number, style: string): string {
  const next = `\x1b[${column + 2}G`;
  return `\x1b[${column + 1}G${wide}${next}${style} ${next}\x1b[m\x1b[X`;
}

/** The same in the last column, where there is no next cell: made in the one before, and shifted. Before anything else. */
function drawLastStyledBlank(cells: Cells): string {
  const before = cells.columns - 2;
  return `${drawStyledBlank(before, sgrOf(cells.at(before + 1)))}\x1b[${before + 1}G\x1b[@\r`;
}
