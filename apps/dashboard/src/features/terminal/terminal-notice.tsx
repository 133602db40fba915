'use client';
import { LoaderCircle } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Button } from '#components/ui/button.tsx';
import type { PodTarget } from '#features/pods/pod-target.ts';
import { endTitle } from './end-title.ts';
import type { TerminalState } from './terminal-session.ts';

interface TerminalNoticeProps {
  state: TerminalState;
  target: PodTarget;
  active: boolean;
  onStart: () => void;
}

/** Says why input is not possible, and what to do; the shell's output stays readable above it. */
export function TerminalNotice({ state, target, active, onStart }: TerminalNoticeProps) {
  switch (state.phase) {
    case 'open':
      return null;
    case 'opening':
      return (
        <Bar>
          <LoaderCircle className="size-4 animate-spin text-muted" aria-hidden />
          <p className="text-muted">Opening a shell in {target.pod}…</p>
        </Bar>
      );
    case 'reconnecting':
      return (
        <Bar>
          <LoaderCircle className="size-4 animate-spin text-warn" aria-hidden />
          <p>
            <span className="font-medium">Reconnecting…</span>{' '}
            <span className="text-muted">The gateway cannot be reached. What you type now is not sent.</span>
          </p>
        </Bar>
      );
    case 'idle':
      return (
        <Bar>
          <p className="min-w-0 flex-1">
            <span className="font-medium">This terminal was open before the page was reloaded.</span>{' '}
            <span className="text-muted">Its shell has ended.</span>
          </p>
          <StartButton active={active} onStart={onStart} />
        </Bar>
      );
    case 'ended':
      return (
        <Bar>
          <p className="min-w-0 flex-1 [overflow-wrap:anywhere]">
            <span className="font-medium">{endTitle(state.code)}.</span>{' '}
            <span className="text-muted">{state.message}</span>
          </p>
          <StartButton active={active} onStart={onStart} />
        </Bar>
      );
  }
}

function Bar({ children }: { children: ReactNode }) {
  return (
    <div
      role="status"
      className="absolute inset-x-0 bottom-0 flex animate-fade items-center gap-3 border-t bg-raised px-3 py-2 max-sm:flex-wrap"
    >
      {children}
    </div>
  );
}

/** Takes the focus, so that Enter restarts the shell. */
function StartButton({ active, onStart }: { active: boolean; onStart: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (active) button.current?.focus();
  }, [active]);
  return (
    <Button ref={button} size="sm" variant="primary" onClick={onStart}>
      Start again
    </Button>
  );
}
