import type { Tone } from '#components/ui/tone.ts';

const good = new Set([
  'all ready',
  'running',
  'ready',
  'active',
  'bound',
  'available',
  'healthy',
  'true',
  'established',
  'synced',
  'approved,issued',
]);
const done = new Set([
  'scaled to none',
  'completed',
  'complete',
  'succeeded',
  'released',
  'normal',
  'suspended',
  'false',
]);
const moving =
  /^(pending|containercreating|podinitializing|terminating|init:\d|progressing|creating|deleting|waiting|unknown|schedulinggated|scheduling|released)/i;
const bad =
  /(error|fail|backoff|crash|evicted|oomkilled|notready|invalid|lost|denied|outof|unhealthy|deadlineexceeded|imageinspect|nevercompleted)/i;

/** The tone of a text in a state column; undefined if it is not a state. */
export function toneOfState(words: string): Tone | undefined {
  const plain = words.trim().toLowerCase();
  if (good.has(plain)) return 'ok';
  if (done.has(plain)) return 'idle';
  if (plain === 'none ready') return 'bad';
  if (bad.test(plain.replaceAll(/\s/g, ''))) return 'bad';
  if (plain === 'some ready' || plain === 'warning' || plain.includes('schedulingdisabled') || moving.test(plain))
    return 'warn';
  return undefined;
}

/** Whether a column shows a state, whatever the kind. */
export const isStateColumn = (name: string): boolean =>
  /^(status|phase|state|type|health|condition|synced|available|established)$/i.test(name);

/** Whether a ratio is incomplete: `1/2` is, `0/0` is not. */
export function isShort(words: string): boolean {
  const [, ready, wanted] = /^(\d+)\/(\d+)$/.exec(words) ?? [];
  return ready !== undefined && Number(ready) < Number(wanted);
}
