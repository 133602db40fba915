/** A part of the output that leaves nothing behind: from here, up to there. */
export interface Leap {
  from: number;
  to: number;
}

/** How many plain lines are drawn before and after what is left out. */
export interface DrawnLines {
  before: number;
  after: number;
}

/** Bytes whose effect ends with their line, apart from LF, which must follow a CR: printable ASCII, tab and CR. */
const plain = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0d ? 1 : 0,
);
const [lf, cr] = [0x0a, 0x0d];

/**
 * Finds what need not be drawn of a flood of lines, because so many lines follow that a terminal keeps nothing of it: all but the
 * first and the last lines of each run of plain ones. A plain line is printable ASCII and ends with CR LF; it leaves no mode,
 * colour or unfinished sequence behind. Whether the terminal is in a state in which that is true is for the caller to decide.
 * @returns the parts to leave out, in their order, each from the beginning of a line to the beginning of a later one.
 */
export function leaps(data: Uint8Array, drawn: DrawnLines): Leap[] {
  const found: Leap[] = [];
  // CR LF.
  const shortest = 2 * (drawn.before + drawn.after);
  for (let start = 0; start < data.byteLength; ) {
    const end = endOfRun(data, start);
    const leap = end - start > shortest ? leapIn(data.subarray(start, end), drawn) : undefined;
    if (leap) found.push({ from: start + leap.from, to: start + leap.to });
    start = end + 1;
  }
  return found;
}

/** The position of the first byte from `start` on that is not plain; the end if all are. */
function endOfRun(data: Uint8Array, start: number): number {
  for (let at = start; at < data.byteLength; at++) {
    const byte = data[at] ?? 0;
    if (plain[byte] !== 1 && !(byte === lf && data[at - 1] === cr)) return at;
  }
  return data.byteLength;
}

/** @returns undefined if a run has no more lines than must be drawn. */
function leapIn(run: Uint8Array, { before, after }: DrawnLines): Leap | undefined {
  let from = 0;
  for (let count = 0; count < before; count++) {
    from = run.indexOf(lf, from) + 1;
    if (from === 0) return undefined;
  }
  // What follows the last line break is no complete line.
  let to = run.byteLength;
  for (let count = 0; count <= after; count++) {
    to = run.lastIndexOf(lf, to - 1);
    if (to < from) return undefined;
  }
  return { from, to: to + 1 };
}
