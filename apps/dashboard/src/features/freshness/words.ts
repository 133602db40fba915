import { formatAge } from '#components/format/age.ts';
import type { Tone } from '#components/ui/tone.ts';
import type { Freshness } from './freshness.ts';

/** The tone of each state, wherever it is shown. */
export const freshnessTones: Record<Freshness['state'], Tone> = {
  live: 'ok',
  fallback: 'info',
  polled: 'info',
  slow: 'warn',
  paused: 'idle',
  'catching-up': 'info',
  loading: 'info',
  stale: 'warn',
  denied: 'bad',
  failed: 'bad',
};

/** Whether the state is about to change. */
export function isPending({ state }: Freshness): boolean {
  return state === 'loading' || state === 'catching-up';
}

/** A time of day, for data that was last true then. */
export function timeOfDay(instant: number): string {
  return new Date(instant).toLocaleTimeString('en-GB');
}

/** A freshness in words, wherever it is shown. */
export function freshnessWords(freshness: Freshness, now: number): string {
  switch (freshness.state) {
    case 'live':
      return 'Live';
    case 'fallback':
      return 'Live over HTTP';
    case 'polled':
      return `${freshness.reason} As of ${formatAge(now - freshness.at)} ago.`;
    case 'slow':
      return `Slow: last answer ${formatAge(now - freshness.since)} ago`;
    case 'paused':
      return 'Paused while the page is hidden';
    case 'catching-up':
      return 'Catching up…';
    case 'loading': {
      const { loaded, remaining } = freshness;
      if (loaded === 0) return 'Loading…';
      const all = remaining === undefined ? '' : ` of ${(loaded + remaining).toLocaleString('en')}`;
      return `Loading, ${loaded.toLocaleString('en')}${all} so far…`;
    }
    case 'stale':
      return `Stale since ${timeOfDay(freshness.since)}: ${freshness.reason} ${nextTry(freshness.retryAt, now)}`;
    case 'denied':
      return 'Not allowed';
    case 'failed':
      return 'Not loaded';
  }
}

function nextTry(retryAt: number | undefined, now: number): string {
  if (retryAt === undefined) return 'Retrying.';
  const seconds = Math.max(0, Math.ceil((retryAt - now) / 1000));
  return seconds === 0 ? 'Trying now…' : `Next try in ${seconds}s.`;
}
