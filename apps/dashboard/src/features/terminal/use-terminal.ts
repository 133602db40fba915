'use client';
import type { TerminalMode } from '@postern/contracts';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { liveSocket } from '#features/live/live-socket.ts';
import type { PodTarget, Shell } from '#features/pods/pod-target.ts';
import { useTheme } from '#features/theme/use-theme.ts';
import { endTerminal } from './held-terminals.ts';
import { TerminalScreen } from './terminal-screen.ts';
import { TerminalSession, type TerminalState } from './terminal-session.ts';
import { useTerminalSettings } from './terminal-settings.ts';

export interface UseTerminalOptions {
  target: PodTarget;
  shell: Shell;
  /** If false, waits for `start`. */
  startAtOnce: boolean;
  /** The terminal to come back to, instead of opening a shell. */
  held: string | undefined;
  onSearch: () => void;
  onMatches: (matches: { index: number; count: number }) => void;
}

export interface UsedTerminal {
  /** The element for the screen. */
  holder: RefObject<HTMLDivElement | null>;
  screen: TerminalScreen | undefined;
  state: TerminalState;
  /** Opens a shell, optionally in another container or of another kind. The one that is shown ends if it is this person's. */
  start: (change?: { container?: string; shell?: Shell }) => void;
  /** Types in a terminal that is typed in elsewhere, or watches it. */
  choose: (mode: TerminalMode) => void;
}

/** Connects a terminal emulator in one element with a shell in a pod. */
export function useTerminal(options: UseTerminalOptions): UsedTerminal {
  const holder = useRef<HTMLDivElement>(null);
  const [both, setBoth] = useState<{ screen: TerminalScreen; session: TerminalSession }>();
  const [state, setState] = useState<TerminalState>({
    phase: options.startAtOnce || options.held !== undefined ? 'opening' : 'idle',
  });
  const { theme } = useTheme();
  const settings = useTerminalSettings();
  const latest = useRef({ ...options, theme, settings });
  useEffect(() => {
    latest.current = { ...options, theme, settings };
  });

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const leaving = new AbortController();
    let made: { screen: TerminalScreen; session: TerminalSession } | undefined;
    void (async () => {
      const socket = await liveSocket();
      const screen = await TerminalScreen.open(
        {
          element,
          theme: latest.current.theme,
          settings: latest.current.settings,
          onInput: (data) => made?.session.input(data),
          onResize: (size) => made?.session.resize(size),
          onSearch: () => latest.current.onSearch(),
          onMatches: (matches) => latest.current.onMatches(matches),
        },
        leaving.signal,
      );
      if (screen === undefined) return;
      const session = new TerminalSession({
        socket,
        screen,
        onState: setState,
      });
      made = { screen, session };
      setBoth(made);
      const { target, shell, startAtOnce, held } = latest.current;
      if (held !== undefined) session.attach({ organization: target.ref.organization, id: held }, screen.size);
      else if (startAtOnce) session.open(requestOf(target, shell), screen.size);
    })();
    return () => {
      leaving.abort();
      made?.session.dispose();
      made?.screen.dispose();
      setBoth(undefined);
    };
  }, []);

  useEffect(() => both?.screen.change(theme, settings), [both, theme, settings]);

  const start: UsedTerminal['start'] = (change = {}) => {
    if (both === undefined) return;
    const { container = options.target.container, shell = options.shell } = change;
    if (state.phase === 'open' && state.terminal.owner.own) void endTerminal(state.terminal);
    if (state.phase !== 'idle') both.screen.note('a new shell');
    both.screen.setSize(undefined);
    both.session.open(requestOf({ ...options.target, container }, shell), both.screen.size);
    both.screen.focus();
  };
  const choose: UsedTerminal['choose'] = (mode) => {
    if (mode === 'write') both?.screen.setSize(undefined);
    both?.session.choose(mode);
    both?.screen.focus();
  };
  return { holder, screen: both?.screen, state, start, choose };
}

function requestOf({ ref, namespace, pod, container }: PodTarget, shell: Shell) {
  return { ...ref, namespace, pod, shell, ...(container !== undefined && { container }) };
}
