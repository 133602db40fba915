'use client';
import { useEffect, useRef, useState } from 'react';
import type { Shell } from '#features/pods/pod-target.ts';
import { useFocusWhenReady } from './taking-focus.ts';
import { TerminalNotice } from './terminal-notice.tsx';
import type { TerminalPaneProps } from './terminal-pane-props.ts';
import { TerminalSearch } from './terminal-search.tsx';
import { TerminalToolbar } from './terminal-toolbar.tsx';
import { useTerminal } from './use-terminal.ts';

/** The content of `TerminalPane`. */
export function TerminalView({ target, active = true, startAtOnce = true, onChoice, ...props }: TerminalPaneProps) {
  const [shell, setShell] = useState<Shell>(props.shell ?? 'auto');
  const [container, setContainer] = useState(target.container);
  const [searching, setSearching] = useState(false);
  const [matches, setMatches] = useState({ index: -1, count: 0 });
  const {
    holder,
    screen,
    state,
    start,
    choose: chooseMode,
  } = useTerminal({
    target: { ...target, container },
    shell,
    startAtOnce,
    held: props.held,
    onSearch: () => setSearching(true),
    onMatches: setMatches,
  });
  useFocusWhenReady(active, screen);
  const shown = state.phase === 'open' ? state.terminal.id : undefined;
  const endsOnClose = state.phase === 'open' && state.mode === 'write' && state.terminal.owner.own;
  const hasEnded = state.phase === 'ended';
  const onHeld = useRef(props.onHeld);
  useEffect(() => {
    onHeld.current = props.onHeld;
  });
  useEffect(() => {
    if (shown !== undefined) onHeld.current?.({ id: shown, endsOnClose });
    else if (hasEnded) onHeld.current?.(undefined);
  }, [shown, endsOnClose, hasEnded]);

  const choose = (change: { container?: string; shell?: Shell }) => {
    if (change.container !== undefined) setContainer(change.container);
    if (change.shell !== undefined) setShell(change.shell);
    onChoice?.(change);
    start(change);
  };
  return (
    <div className="flex h-full min-h-0 flex-col">
      <TerminalToolbar
        target={{ ...target, container }}
        shell={shell}
        state={state}
        active={active}
        screen={screen}
        onChoose={choose}
        onLeave={props.onLeave}
        onSearch={() => setSearching(true)}
      />
      <div className="relative min-h-0 flex-1">
        {/* The emulator measures this element, so the padding must be outside. */}
        <div className="absolute inset-0 bg-surface py-1 pl-3" data-own-keys>
          <div ref={holder} className="h-full overflow-auto" />
        </div>
        {searching && screen !== undefined && (
          <TerminalSearch screen={screen} matches={matches} onClose={() => setSearching(false)} />
        )}
        <TerminalNotice state={state} target={target} active={active} onStart={() => start()} onMode={chooseMode} />
      </div>
    </div>
  );
}
