'use client';
import type { HeldTerminal, TerminalMode } from '@postern/contracts';
import { LoaderCircle } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Time } from '#components/ui/time.tsx';
import type { PodTarget } from '#features/pods/pod-target.ts';
import { endTitle } from './end-title.ts';
import { mayTakeFocus } from './taking-focus.ts';
import type { OpenState, TerminalState } from './terminal-session.ts';

interface TerminalNoticeProps {
  state: TerminalState;
  target: PodTarget;
  active: boolean;
  onStart: () => void;
  onMode: (mode: TerminalMode) => void;
}

/** Says why input is not possible, and what to do; the shell's output stays readable above it. */
export function TerminalNotice({ state, target, active, onStart, onMode }: TerminalNoticeProps) {
  switch (state.phase) {
    case 'open':
      return state.mode === 'watch' ? <Watching state={state} onMode={onMode} /> : null;
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
            <span className="text-muted">The shell runs on. What you type is sent when the connection is back.</span>
          </p>
        </Bar>
      );
    case 'elsewhere':
      return <Elsewhere terminal={state.terminal} active={active} onMode={onMode} />;
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

/** The terminal is open in another window, on another device, or in another tab. */
function Elsewhere({ terminal, active, onMode }: { terminal: HeldTerminal; active: boolean } & Modes) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (active && mayTakeFocus()) button.current?.focus();
  }, [active]);
  const typist = terminal.viewers.find(({ mode, own }) => own && mode === 'write');
  return (
    <Bar>
      <p className="min-w-0 flex-1">
        <span className="font-medium">This terminal is open elsewhere</span>{' '}
        {typist !== undefined && (
          <span className="text-muted">
            opened <Time at={typist.since} form="ago" />
          </span>
        )}
      </p>
      <Button size="sm" onClick={() => onMode('watch')}>
        Watch
      </Button>
      <Button ref={button} size="sm" variant="primary" onClick={() => onMode('write')}>
        Take over
      </Button>
    </Bar>
  );
}

function Watching({ state, onMode }: { state: OpenState } & Modes) {
  const { terminal, sharing } = state;
  const mayType = terminal.owner.own || sharing === 'write';
  return (
    <Bar>
      <p className="min-w-0 flex-1">
        <span className="font-medium">You are watching.</span>{' '}
        <span className="text-muted">
          {terminal.owner.own
            ? 'You type in this terminal elsewhere.'
            : `The terminal belongs to ${terminal.owner.email}.`}
        </span>
      </p>
      {mayType && (
        <Button size="sm" onClick={() => onMode('write')}>
          {terminal.owner.own ? 'Take over' : 'Type here'}
        </Button>
      )}
    </Bar>
  );
}

interface Modes {
  onMode: (mode: TerminalMode) => void;
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
    if (active && mayTakeFocus()) button.current?.focus();
  }, [active]);
  return (
    <Button ref={button} size="sm" variant="primary" onClick={onStart}>
      Start again
    </Button>
  );
}
