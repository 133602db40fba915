import type { Size } from './bounded-terminal.ts';

/** What may be on the way to a viewer, in bytes: more is waiting when an interrupt is typed, and can be left out. */
const flowWindow = 128 * 1024;

/**
 * Whether a viewer who interrupts a program may be moved ahead in its output. Ctrl-C is answered at once if the megabytes that
 * the program wrote before do not have to be drawn first.
 * @param sent what the viewer has been sent so far, as a position.
 * @param boundary the last position from which a terminal could go on.
 * @returns how many bytes to skip: from `sent` to `boundary`, or 0.
 */
export function skippable(sent: number, boundary: number, window = flowWindow): number {
  return boundary - sent > window ? boundary - sent : 0;
}

/** The line that stands for skipped output. */
export function skipMarker(bytes: number): string {
  const amount = bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
  return `── ${amount} of output skipped ──`;
}

/**
 * Brings a terminal in any state to that of a fresh one, with an empty screen, but keeps what it shows in its scrollback, above
 * the given line. A snapshot can be drawn after it.
 *
 * CAN ends whatever sequence or string the viewer was sent a part of. DECSTR resets the cursor, attributes, the scroll region,
 * character sets and all modes except those that follow. It resets only the screen in use, so the alternate one is left first;
 * xterm.js clears that one when it is left.
 */
export function startOver({ columns, rows }: Size, line: string): string {
  const stops = Array.from({ length: Math.ceil(columns / 8) }, (_, index) => `\x1b[${index * 8 + 1}G\x1bH`);
  const modes = '\x1b[?1000l\x1b[?1006l\x1b[20l\x1b[3g';
  const titles = '\x1b]1;\x07\x1b]2;\x07';
  const upwards = '\n'.repeat(rows);
  return `\x18\x1b[?1047l\x1b[!p${modes}${stops.join('')}${titles}\x1b[${rows};1H\n\r${line}${upwards}\x1b[H`;
}
