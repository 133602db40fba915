import { hasEscapes, plainText } from './ansi.ts';
import type { LineSource } from './line-source.ts';
import type { Severity } from './severity.ts';

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
  /** Unique in its log. */
  id: number;
  /** Its place in time, in microseconds since 1970; never less than that of the line before it in the same container. */
  at: number;
  severity: Severity;
  /** The container that wrote it; undefined for a seam of the whole log. */
  source: LineSource | undefined;
  /** Whether this line was inserted by the page, where reading broke off and was resumed, or a container came or went. */
  seam?: boolean;
}

const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;
/** Bidirectional controls, which can make a line look different from its content. */
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export function readLogLine(line: string): StampedLine {
  const stamp = STAMP.exec(line);
  const raw = line.slice(stamp?.[0].length ?? 0).replace(BIDI, '\ufffd');
  // Most lines have no escapes; sharing the text halves their memory.
  return { time: stamp?.[1] ?? '', raw, text: hasEscapes(raw) ? plainText(raw) : raw };
}

let lastSecond = '';
let lastSecondAt = 0;

/**
 * The instant of a time in microseconds since 1970, or NaN. The texts themselves do not sort correctly: Go omits trailing zeros
 * of the fraction, and nodes may be in different time zones. Nanoseconds do not fit into a number.
 */
export function instantOf(time: string): number {
  const [, second = '', fraction = '', zone = ''] = /^(.{19})(?:\.(\d+))?(.*)$/.exec(time) ?? [];
  // Neighbouring lines are mostly of the same second, and parsing a date is slow.
  if (second + zone !== lastSecond) {
    lastSecondAt = Date.parse(second + zone) * 1000;
    lastSecond = second + zone;
  }
  return lastSecondAt + Number(fraction.slice(0, 6).padEnd(6, '0'));
}
