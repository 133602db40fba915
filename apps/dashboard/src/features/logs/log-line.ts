import { plainText } from './ansi.ts';

/** A line as the kubelet sends it with `timestamps=true`. */
export interface StampedLine {
  /** RFC 3339, as sent; empty where there is none. */
  time: string;
  /** With its escapes, of which colours are shown. */
  raw: string;
  /** Without. */
  text: string;
}

export interface LogLine extends StampedLine {
  /** One more than that of the line before. */
  id: number;
  /** Said by the page: here reading broke off and went on. */
  seam?: boolean;
}

const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;
/** They turn text around them, so that a line reads as what it does not say. */
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export function readLogLine(line: string): StampedLine {
  const stamp = STAMP.exec(line);
  const raw = line.slice(stamp?.[0].length ?? 0).replace(BIDI, '\ufffd');
  return { time: stamp?.[1] ?? '', raw, text: plainText(raw) };
}

/**
 * Something of the same order as the instants themselves: Go leaves trailing zeros of the fraction out, so that the texts are
 * not. Keeps nanoseconds, which a Date does not.
 */
export function timeKey(time: string): string {
  const seconds = Date.parse(time.replace(/\.\d+/, '')) / 1000;
  if (Number.isNaN(seconds)) return '';
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? '';
  return `${String(seconds).padStart(12, '0')}.${fraction.padEnd(9, '0')}`;
}
