'use client';
import type { HeldTerminal } from '@postern/contracts';
import { ChevronDown, ChevronUp, Maximize2, Minimize2 } from 'lucide-react';
import { cn } from '#components/class-names.ts';
import { NARROW, useMedia } from '#components/use-media.ts';
import { bindAction } from '#features/actions/action.ts';
import { ActionIconButton } from '#features/actions/action-button.tsx';
import { useActions } from '#features/actions/use-actions.ts';
import { dockActions, maximiseDock, toggleDock, toggleTwoTabs } from './dock-actions.ts';
import { DockPane } from './dock-pane.tsx';
import { setDock, useDock } from './dock-store.ts';
import { DockTabs } from './dock-tabs.tsx';
import { FullDockDialog } from './full-dock-dialog.tsx';
import { ResizeHandle } from './resize-handle.tsx';
import { RunningTerminals } from './running-terminals.tsx';

/** @param held the terminals that run, in a tab or not. On a phone the dock fills the screen or is one line high. */
export function DockPanel({ held }: { held: readonly HeldTerminal[] }) {
  const state = useDock();
  const { tabs, others, active, beside, maximised, height, waiting } = state;
  const open = state.open && tabs.length > 0;
  const narrow = useMedia(NARROW);
  useActions(dockActions, state);

  const whole = open && (narrow || maximised);
  const shown = (id: string) => open && (id === active || (id === beside && !narrow));
  return (
    <section
      aria-label="Dock"
      hidden={tabs.length === 0 && held.length === 0}
      className={cn(
        'flex min-h-0 shrink-0 flex-col bg-surface',
        whole ? 'inset-0 z-30' : 'relative border-t',
        whole && (narrow ? 'fixed h-dvh' : 'absolute'),
      )}
      style={open && !whole ? { height: `min(${height}px, 80dvh)` } : undefined}
    >
      {open && !whole && <ResizeHandle height={height} onResize={(next) => setDock({ height: next })} />}
      <div className="flex h-9 shrink-0 items-center gap-0.5 border-b bg-canvas pr-1 max-md:h-11">
        <DockTabs />
        <RunningTerminals held={held} tabs={tabs} />
        {open && !narrow && (
          <>
            <ActionIconButton size="sm" action={bindAction(toggleTwoTabs, state)} aria-pressed={beside !== undefined} />
            <ActionIconButton size="sm" action={bindAction(maximiseDock, state)}>
              {maximised ? <Minimize2 aria-hidden /> : <Maximize2 aria-hidden />}
            </ActionIconButton>
          </>
        )}
        {tabs.length > 0 && (
          <ActionIconButton size="sm" action={bindAction(toggleDock, state)} aria-expanded={open}>
            {open ? <ChevronDown aria-hidden /> : <ChevronUp aria-hidden />}
          </ActionIconButton>
        )}
      </div>
      <div className={cn('min-h-0 flex-1', open ? 'flex' : 'hidden')}>
        {[...tabs, ...others].map((tab) => (
          <DockPane
            key={tab.id}
            tab={tab}
            shown={shown(tab.id)}
            active={open && tab.id === active}
            second={tab.id === beside && beside !== active}
          />
        ))}
      </div>
      {waiting !== undefined && <FullDockDialog tabs={tabs} waiting={waiting} />}
    </section>
  );
}
