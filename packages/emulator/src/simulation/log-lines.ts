import type { LogSource } from './log-source.ts';
import { chatter } from './log-texts.ts';

/** Milliseconds between two lines, on average. */
function periodOf(source: LogSource): number {
  return chatter(source.pod, source.container).period;
}

/** A deterministic number from 0 to 1 for a line. */
function jitter(index: number): number {
  const value = Math.sin((index + 1) * 12.9898) * 43_758.5453;
  return value - Math.floor(value);
}

/** The time at which a line is written. */
export function nextLineAt(source: LogSource, index: number): number {
  const period = periodOf(source);
  return source.startedAt + Math.round((index + 0.8 * jitter(index)) * period);
}

/** The number of lines written by a given time. */
export function linesUntil(source: LogSource, moment: number): number {
  const period = periodOf(source);
  let count = Math.max(0, Math.floor((moment - source.startedAt) / period));
  while (nextLineAt(source, count) <= moment) count++;
  return count;
}

export function lineAt(source: LogSource, index: number): { time: number; text: string } {
  const time = nextLineAt(source, index);
  const { text } = chatter(source.pod, source.container);
  const dice = (salt: number) => jitter(index * 31 + salt * 977);
  return { time, text: text({ index, time, dice, source }) };
}
