import { endWords } from './container-end.ts';
import { durationWords } from './duration-words.ts';
import type { PodSigns } from './pod-signs.ts';
import type { Verdict } from './verdict.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** From this many restarts on it is a loop and not an accident. */
const LOOP = 3;
/** A container in a loop runs at most this long after it last ended: five minutes of back-off, and ten to be trusted. */
const LOOPING_MS = 15 * MINUTE;
/** How long a loop is remembered that seems to be over. */
const REMEMBERED_MS = HOUR;
/** Restarts at longer intervals are an operator's decision, not an emergency. */
const LONGEST_INTERVAL_MS = 12 * HOUR;
const FEW_INTERVALS = 5;

/** Judges a running pod by its restarts; undefined if they are few, or long ago. */
export function judgeRestarts(signs: PodSigns, now: number): Verdict | undefined {
  const { restarts, lastEnd, created } = signs;
  if (restarts === 0 || lastEnd === undefined) return undefined;
  const ago = now - lastEnd;
  const because = restartWords(signs, ago);
  if (restarts >= LOOP && ago < LOOPING_MS) return { tone: 'bad', word: 'Running, restarting', because };
  const recent = ago < (restarts >= LOOP ? REMEMBERED_MS : LOOPING_MS);
  const interval = created === undefined ? Number.POSITIVE_INFINITY : (now - created) / restarts;
  const steady = restarts >= FEW_INTERVALS && interval < LONGEST_INTERVAL_MS && ago < 2 * interval;
  if (!recent && !steady) return undefined;
  const rate = steady && !recent ? ` That is about every ${durationWords(interval)}.` : '';
  return { tone: 'warn', word: 'Running, restarted', because: `${because}${rate}` };
}

/** How often it has restarted, and how it last ended, `ago` milliseconds before. */
export function restartWords({ restarts, how }: PodSigns, ago: number): string {
  const times = restarts === 1 ? 'once' : `${restarts} times`;
  const end = how === undefined ? '' : `: container ${how.container} ${endWords(how.end, how.memoryLimit)}`;
  return `It has restarted ${times}, last ${durationWords(ago)} ago${end}.`;
}
