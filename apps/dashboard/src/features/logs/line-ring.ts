import type { LogLine } from './log-line.ts';

/** What a line occupies besides its characters, in bytes: the object, its strings' headers, and its place in two lists. */
const OVERHEAD = 200;

export interface RingChange {
  /** Number of lines dropped from the beginning. */
  dropped: number;
  /** Index, after dropping, of the first line that is new or has another place. */
  from: number;
}

/**
 * The newest lines of several containers, ordered by time. Lines of one container keep their order. A line that arrives late takes
 * its place in time, however late it is. The oldest lines are dropped when all together need more memory than `mostBytes`.
 */
export class LineRing {
  readonly #mostBytes: number;
  #lines: LogLine[] = [];
  #bytes = 0;
  #dropped = 0;

  constructor(options: { mostBytes: number }) {
    this.#mostBytes = options.mostBytes;
  }

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** Number of lines dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds lines in the order of their arrival, which need not be their order in time. */
  add(arrived: readonly LogLine[]): RingChange {
    const oldest = this.#dropped > 0 ? (this.#lines[0]?.at ?? 0) : Number.NEGATIVE_INFINITY;
    // Between a line older than the oldest kept one and that one, lines are missing.
    const batch = arrived.filter(({ at }) => at >= oldest).sort((a, b) => a.at - b.at);
    this.#dropped += arrived.length - batch.length;
    const [first] = batch;
    if (first === undefined) return { dropped: 0, from: this.#lines.length };
    for (const { raw, text } of batch) this.#bytes += sizeOf(raw, text);
    const from = this.#placeAfter(first.at);
    if (from === this.#lines.length) for (const line of batch) this.#lines.push(line);
    else for (const line of merge(this.#lines.splice(from), batch)) this.#lines.push(line);
    const dropped = this.#trim();
    return { dropped, from: Math.max(0, from - dropped) };
  }

  /** The index after all lines at this instant or before. */
  #placeAfter(at: number): number {
    let [low, high] = [0, this.#lines.length];
    if ((this.#lines[high - 1]?.at ?? 0) <= at) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#lines[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Drops a tenth at once, so that a long log is not moved for every line. */
  #trim(): number {
    if (this.#bytes <= this.#mostBytes) return 0;
    let count = 0;
    while (this.#bytes > this.#mostBytes * 0.9 && count < this.#lines.length) {
      const line = this.#lines[count++];
      if (line !== undefined) this.#bytes -= sizeOf(line.raw, line.text);
    }
    this.#lines = this.#lines.slice(count);
    this.#dropped += count;
    return count;
  }
}

/** Merges two lists that are ordered by time; of equal times, those of the first come first. */
function merge(a: readonly LogLine[], b: readonly LogLine[]): LogLine[] {
  const merged: LogLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && (right === undefined || left.at <= right.at)) {
      merged.push(left);
      i++;
    } else if (right !== undefined) {
      merged.push(right);
      j++;
    }
  }
  return merged;
}

/** In bytes, at most: browsers keep Latin-1 text with one byte per character, other text with two. */
function sizeOf(raw: string, text: string): number {
  return OVERHEAD + 2 * (raw.length + (raw === text ? 0 : text.length));
}
