'use client';
import { ChevronDown, ChevronUp, X } from 'lucide-react';
import { useState } from 'react';
import { formatAge } from '#components/format/age.ts';
import { useTicking } from '#components/ticker.ts';
import { Button } from '#components/ui/button.tsx';
import { IconButton } from '#components/ui/icon-button.tsx';
import { StatusDot } from '#components/ui/status-dot.tsx';
import type { Tone } from '#components/ui/tone.ts';
import type { DrainState, PodProgress } from './drain-run.ts';
import { dismissDrain, stopDrain } from './drain-store.ts';
import { drainSummary } from './drain-summary.ts';
import { type Drain, drains } from './drains.ts';

/** The drains of this tab, one line each, with their pods on request. */
export function DrainPanel() {
  const { all } = drains.use();
  return (
    <section aria-label="Drains" className="shrink-0 divide-y border-t bg-raised">
      {all.map((drain) => (
        <DrainLine key={drain.id} drain={drain} />
      ))}
    </section>
  );
}

const tones: Record<DrainState['phase'], Tone> = {
  cordoning: 'info',
  evicting: 'info',
  done: 'ok',
  stopped: 'warn',
  failed: 'bad',
};

function DrainLine({ drain }: { drain: Drain }) {
  const { id, node, state } = drain;
  const [open, setOpen] = useState(false);
  const ended = state.endedAt !== undefined;
  const time = useTicking((now) => formatAge((state.endedAt ?? now) - state.startedAt));
  const { title, detail } = drainSummary(node, state);
  return (
    <div>
      <div className="flex min-h-10 flex-wrap items-center gap-x-4 gap-y-1 px-4 py-1">
        <span role="status" className="min-w-0 max-sm:flex-1">
          <StatusDot tone={tones[state.phase]}>{title}</StatusDot>
        </span>
        <span className="min-w-0 flex-1 basis-60 text-muted [overflow-wrap:anywhere] max-sm:order-last max-sm:basis-full">
          {detail}
        </span>
        <span className="text-faint tabular-nums">{time}</span>
        <Button
          size="sm"
          variant="ghost"
          aria-expanded={open}
          icon={open ? <ChevronDown aria-hidden /> : <ChevronUp aria-hidden />}
          onClick={() => setOpen(!open)}
        >
          Pods
        </Button>
        {ended ? (
          <IconButton size="sm" label={`Close the drain of ${node}`} onClick={() => dismissDrain(id)}>
            <X aria-hidden />
          </IconButton>
        ) : (
          <Button size="sm" onClick={() => stopDrain(id)}>
            Stop
          </Button>
        )}
      </div>
      {open && (
        <section
          aria-label={`Pods of ${node}`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
          tabIndex={0}
          className="max-h-56 overflow-y-auto border-t px-4 py-1 focus-visible:outline-offset-[-2px]"
        >
          <ul>
            {state.pods.map(({ pod, progress }) => (
              <li key={pod.uid} className="flex min-h-7 flex-wrap items-center gap-x-4">
                <span className="min-w-0 [overflow-wrap:anywhere]">
                  {pod.name} <span className="text-muted">{pod.namespace}</span>
                </span>
                <PodState progress={progress} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function PodState({ progress }: { progress: PodProgress }) {
  const nextIn = useTicking((now) =>
    progress.state === 'held' ? Math.max(0, Math.ceil((progress.nextAt - now) / 1000)) : 0,
  );
  switch (progress.state) {
    case 'waiting':
      return <StatusDot tone="idle">Not evicted yet</StatusDot>;
    case 'evicting':
      return <StatusDot tone="info">Evicting</StatusDot>;
    case 'held':
      return (
        <StatusDot tone="warn">
          {progress.why} (tried {progress.tries === 1 ? 'once' : `${progress.tries} times`}, again in {nextIn} s)
        </StatusDot>
      );
    case 'ending':
      return <StatusDot tone="info">Ending</StatusDot>;
    case 'gone':
      return <StatusDot tone="ok">Gone</StatusDot>;
    case 'failed':
      return <StatusDot tone="bad">{progress.why}</StatusDot>;
  }
}
