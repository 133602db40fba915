import { plainText } from './ansi.ts';

/** A line sent by the kubelet with `timestamps=true`. */
export interface StampedLine {
  /** RFC 3339, as sent; empty if there is none. */
  time: string;
  /** The text with its escapes, of which colours are shown. */
  raw: string;
  /** The text without escapes. */
  text: string;
}

export interface LogLine extends StampedLine {
  /** Id of the line, one more than that of the previous line. */
  id: number;
  /** Whether this line was inserted by the page, where reading broke off and was resumed. */
  seam?: boolean;
}

const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;
/** Bidirectional controls, which can make a line look different from its content. */
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export function readLogLine(line: string): StampedLine {
  const stamp = STAMP.exec(line);
  const raw = line.slice(stamp?.[0].length ?? 0).replace(BIDI, '\ufffd');
  return { time: stamp?.[1] ?? '', raw, text: plainText(raw) };
}

/**
 * A sort key with the order of the instants; the texts themselves do not sort correctly, because Go omits trailing zeros of the
 * fraction. Keeps nanoseconds, unlike Date.
 */
export function timeKey(time: string): string {
  const seconds = Date.parse(time.replace(/\.\d+/, '')) / 1000;
  if (Number.isNaN(seconds)) return '';
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? '';
  return `${String(seconds).padStart(12, '0')}.${fraction.padEnd(9, '0')}`;
}
