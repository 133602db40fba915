'use client';
import type { HeldTerminal } from '@postern/contracts';
import { SquareTerminal } from 'lucide-react';
import { Menu, MenuLabel } from '#components/ui/menu.tsx';
import { bindAction } from '#features/actions/action.ts';
import { ActionItem } from '#features/actions/action-item.tsx';
import { showRunning } from './dock-actions.ts';
import type { DockTab } from './dock-store.ts';

/** The terminals that run without a tab here: left running, open on another device, or shared by a colleague. */
export function RunningTerminals({ held, tabs }: { held: readonly HeldTerminal[]; tabs: readonly DockTab[] }) {
  const others = held.filter(({ id }) => !tabs.some((tab) => tab.kind === 'terminal' && tab.held?.id === id));
  if (others.length === 0) return null;
  return (
    <Menu
      side="top"
      className="max-w-[92vw]"
      trigger={
        <button
          type="button"
          className="flex h-7 shrink-0 items-center gap-2 rounded-sm px-2 text-muted text-xs hover:bg-hover hover:text-ink max-md:h-9"
        >
          <SquareTerminal className="size-4" aria-hidden />
          {others.length} running {others.length === 1 ? 'terminal' : 'terminals'}
        </button>
      }
    >
      <MenuLabel>Running terminals</MenuLabel>
      {others.map((terminal) => (
        <ActionItem key={terminal.id} action={bindAction(showRunning, terminal)} />
      ))}
    </Menu>
  );
}
