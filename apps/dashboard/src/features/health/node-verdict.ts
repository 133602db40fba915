import { get } from '#features/kube/read.ts';
import { conditionsOf } from './conditions.ts';
import { durationWords } from './duration-words.ts';
import type { Verdict } from './verdict.ts';

const pressures: Record<string, string> = {
  MemoryPressure: 'It is short of memory, and evicts pods.',
  DiskPressure: 'It is short of disk space, and evicts pods.',
  PIDPressure: 'It is short of process ids.',
  NetworkUnavailable: 'Its network is not set up.',
};

/** Judges a node by its conditions, and by whether it takes pods. `now` in milliseconds since 1970. */
export function judgeNode(node: unknown, now: number): Verdict {
  const conditions = conditionsOf(node);
  const ready = conditions.find(({ type }) => type === 'Ready');
  const cordoned = get(node, 'spec', 'unschedulable') === true;
  const also = cordoned ? ', cordoned' : '';
  if (ready?.status !== 'True') {
    const silent = ready?.status === 'Unknown';
    const since = ready?.since === undefined ? '' : ` for ${durationWords(now - ready.since)}`;
    const message = ready === undefined || ready.message === '' ? '' : ` ${ready.message}`;
    const because = silent
      ? `Its kubelet has not been heard from${since}.`
      : `It has not been ready${since}.${message}`;
    return { tone: 'bad', word: `${silent ? 'Not heard from' : 'Not ready'}${also}`, because };
  }
  const pressed = conditions.filter(({ type, status }) => status === 'True' && Object.hasOwn(pressures, type));
  if (pressed.length > 0) {
    const because = pressed.map(({ type }) => pressures[type]).join(' ');
    return { tone: 'warn', word: `Ready, ${pressed.map(({ type }) => type).join(', ')}${also}`, because };
  }
  if (cordoned) return { tone: 'warn', word: 'Ready, cordoned', because: 'It takes no new pods.' };
  return { tone: 'ok', word: 'Ready' };
}
