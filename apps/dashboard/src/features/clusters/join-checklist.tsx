'use client';
import type { Cluster } from '@postern/contracts';
import { Check, Circle, CircleX, LoaderCircle } from 'lucide-react';
import { cn } from '#components/class-names.ts';
import { Time } from '#components/ui/time.tsx';
import { type JoinStep, joinSteps } from './join-steps.ts';

const words = { done: 'done', current: 'waiting for it now', failed: 'failed', waiting: 'not yet' };

/** The steps of joining, live. A problem is shown under its step, with how to fix it. */
export function JoinChecklist({ cluster }: { cluster: Cluster }) {
  const steps = joinSteps(cluster);
  return (
    <div aria-live="polite">
      <ol className="flex flex-col">
        {steps.map((step) => (
          <li key={step.label} className="flex items-start gap-3 py-1.5">
            <StepIcon state={step.state} />
            <div className="min-w-0 flex-1">
              <span className={cn(step.state === 'waiting' && 'text-faint', step.state === 'current' && 'font-medium')}>
                {step.label}
              </span>
              <span className="sr-only">, {words[step.state]}</span>
              {step.state === 'failed' && cluster.problem !== null && (
                <p className="mt-0.5 text-bad [overflow-wrap:anywhere]">{cluster.problem.message}</p>
              )}
            </div>
            {step.doneAt !== null && <Time at={step.doneAt} form="ago" className="text-faint text-xs" />}
          </li>
        ))}
      </ol>
      {cluster.problem !== null && steps.every((step) => step.state === 'done') && (
        <p className="mt-1 rounded-md bg-warn-soft px-3 py-2 text-warn">{cluster.problem.message}</p>
      )}
    </div>
  );
}

function StepIcon({ state }: { state: JoinStep['state'] }) {
  const place = 'mt-0.5 size-4 shrink-0';
  if (state === 'done') return <Check className={cn(place, 'animate-appear text-ok')} strokeWidth={2.5} aria-hidden />;
  if (state === 'current') return <LoaderCircle className={cn(place, 'animate-spin text-info')} aria-hidden />;
  if (state === 'failed') return <CircleX className={cn(place, 'text-bad')} aria-hidden />;
  return <Circle className={cn(place, 'text-line-strong')} aria-hidden />;
}
