import { largestTerminal } from '@postern/contracts';
import type { Size } from './terminal-session.ts';

/**
 * The size of a terminal in an element that has room for so many cells: at most the largest that the gateway takes.
 *
 * @param room undefined, or with NaN, while the element is not measured.
 * @returns undefined if nothing is known yet.
 */
export function fittedSize(room: { cols: number; rows: number } | undefined): Size | undefined {
  if (room === undefined || Number.isNaN(room.cols) || Number.isNaN(room.rows)) return undefined;
  return {
    columns: Math.min(room.cols, largestTerminal.columns),
    rows: Math.min(room.rows, largestTerminal.rows),
  };
}
