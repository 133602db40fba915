'use client';
import { StatusDot } from '#components/ui/status-dot.tsx';
import type { Tone } from '#components/ui/tone.ts';
import type { LogSnapshot } from './log-feed.ts';
import type { LogState } from './log-state.ts';

const tones: Record<LogState['state'], Tone> = {
  loading: 'info',
  following: 'ok',
  paused: 'idle',
  waiting: 'warn',
  ended: 'idle',
  failed: 'bad',
};

/** Whether the log is being followed, and how many lines of how many it shows. */
export function LogStatus({ log }: { log: LogSnapshot }) {
  const { state, lines, total, dropped } = log;
  const kept = Math.max(0, total - dropped);
  const shown = lines.reduce((count, { seam }) => (seam === true ? count : count + 1), 0);
  const counted =
    shown < kept
      ? `${shown.toLocaleString('en')} of ${kept.toLocaleString('en')} lines`
      : `${kept.toLocaleString('en')} ${kept === 1 ? 'line' : 'lines'}`;
  const moving = state.state === 'loading' || state.state === 'waiting';
  return (
    <div role={state.state === 'following' ? undefined : 'status'} className="flex min-w-0 items-center gap-2">
      <StatusDot tone={tones[state.state]} pending={moving} className="[&>span]:whitespace-normal">
        {wordsOf(state)}
      </StatusDot>
      {total > 0 && <span className="shrink-0 text-muted tabular-nums">{counted}</span>}
    </div>
  );
}

function wordsOf(state: LogState): string {
  switch (state.state) {
    case 'loading':
      return 'Loading…';
    case 'following':
      return 'Following';
    case 'paused':
      return 'Paused';
    case 'failed':
      return 'Not loaded';
    default:
      return state.message;
  }
}
