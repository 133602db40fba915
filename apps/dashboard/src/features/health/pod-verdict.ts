import { durationWords } from './duration-words.ts';
import { type PodSigns, podSigns } from './pod-signs.ts';
import { judgeRestarts, restartWords } from './restarts.ts';
import type { Verdict } from './verdict.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** A scheduler needs seconds, but an autoscaler may be about to add a node. */
const SCHEDULING_MS = MINUTE;
/** Normal times to pull images, attach volumes and become ready, and those after which something must be wrong. */
const STARTING = { normal: 2 * MINUTE, longest: 10 * MINUTE };
/** How long after its deadline a deleted pod may take to disappear. */
const ENDING_MS = MINUTE;

/** Judges a whole pod, or the fields in `podFields`. `now` in milliseconds since 1970. */
export const judgePod = (pod: unknown, now: number): Verdict => judgeSigns(podSigns(pod), now);

/** The rules for pods; those that need a sign which is unknown do not apply. */
export function judgeSigns(signs: PodSigns, now: number): Verdict {
  const { word } = signs;
  if (word === 'Terminating') return judgeEnd(signs, now);
  if (word === 'Succeeded' || word === 'Completed') return { tone: 'idle', word };
  if (word === 'SchedulingGated') return { tone: 'info', word, because: 'It is held back by its scheduling gates.' };
  if (word === 'Pending' && !signs.scheduled) return judgePending(signs, now);
  if (['Pending', 'ContainerCreating', 'PodInitializing'].includes(word) || /^Init:\d+\/\d+$/.test(word)) {
    return judgeStart(signs, now);
  }
  if (word === 'Running') return judgeRunning(signs, now);
  return { tone: 'bad', word, because: explain(signs, now) };
}

function judgeEnd({ word, due, finalizers = [] }: PodSigns, now: number): Verdict {
  const late = due === undefined ? 0 : now - due;
  if (late < ENDING_MS) return { tone: 'info', word };
  const waits = finalizers.length === 0 ? '' : ` It waits for ${finalizers.join(', ')}.`;
  return { tone: 'bad', word, because: `It should have ended ${durationWords(late)} ago.${waits}` };
}

function judgePending({ created, unschedulable }: PodSigns, now: number): Verdict {
  const age = created === undefined ? 0 : now - created;
  const because =
    unschedulable === undefined || unschedulable === ''
      ? `No node has been found for it in ${durationWords(age)}.`
      : `No node fits: ${unschedulable}`;
  if (age >= SCHEDULING_MS) return { tone: 'bad', word: 'Pending, unschedulable', because };
  return unschedulable === undefined
    ? { tone: 'info', word: 'Pending' }
    : { tone: 'warn', word: 'Pending, unschedulable', because };
}

function judgeStart(signs: PodSigns, now: number): Verdict {
  const { word, created } = signs;
  const age = created === undefined ? 0 : now - created;
  if (age < STARTING.normal) return { tone: 'info', word };
  // How long an init container may take is its own affair.
  const because = `It has been starting for ${durationWords(age)}.`;
  return { tone: age < STARTING.longest || word.startsWith('Init:') ? 'warn' : 'bad', word, because };
}

function judgeRunning(signs: PodSigns, now: number): Verdict {
  const { created, lastEnd, ready, readySince, startedAt, gate } = signs;
  const loop = judgeRestarts(signs, now);
  if (loop?.tone === 'bad') return loop;
  if (!ready) {
    const start = Math.max(startedAt ?? lastEnd ?? created ?? now, created ?? 0);
    const running = now - start;
    const tone = running < STARTING.normal ? 'info' : running < STARTING.longest ? 'warn' : 'bad';
    const what = gate === undefined ? 'is not ready' : `waits for its readiness gate ${gate}`;
    const because = `It ${what}, ${durationWords(running)} after it started: it gets no traffic.`;
    return { tone, word: 'Running, not ready', because };
  }
  if (loop !== undefined) return loop;
  if (readySince !== undefined && startedAt !== undefined) {
    const late = readySince - startedAt;
    if (late > STARTING.longest && now - readySince < STARTING.longest) {
      const because = `It was not ready until ${durationWords(now - readySince)} ago, though it started ${durationWords(now - startedAt)} ago.`;
      return { tone: 'warn', word: 'Running, was not ready', because };
    }
  }
  return { tone: 'ok', word: 'Running' };
}

/** What is known of a failure: the pod's own words, or how its container ended. */
function explain(signs: PodSigns, now: number): string | undefined {
  const { message, restarts, word, lastEnd } = signs;
  // The kubelet's message about a back-off says only that it waits.
  if (word === 'CrashLoopBackOff' && lastEnd !== undefined) return restartWords(signs, now - lastEnd);
  const again =
    restarts > 1 && /CrashLoopBackOff|Error|OOMKilled/.test(word) ? `It has restarted ${restarts} times. ` : '';
  const words = `${again}${message ?? ''}`.trim();
  return words === '' ? undefined : words;
}
