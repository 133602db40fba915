'use client';
import type { HeldTerminal } from '@postern/contracts';
import { SquareTerminal } from 'lucide-react';
import { Menu, MenuItem, MenuLabel } from '#components/ui/menu.tsx';
import { Time } from '#components/ui/time.tsx';
import { type DockTab, openHeld } from './dock-store.ts';

/** The terminals that run without a tab here: left running, open on another device, or shared by a colleague. */
export function RunningTerminals({ held, tabs }: { held: readonly HeldTerminal[]; tabs: readonly DockTab[] }) {
  const others = held.filter(({ id }) => !tabs.some((tab) => tab.held?.id === id));
  if (others.length === 0) return null;
  const count = `${others.length} running ${others.length === 1 ? 'terminal' : 'terminals'}`;
  return (
    <Menu
      side="top"
      trigger={
        <button
          type="button"
          className="flex h-7 shrink-0 items-center gap-2 rounded-sm px-2 text-muted text-xs hover:bg-hover hover:text-ink max-md:h-9"
        >
          <SquareTerminal className="size-4" aria-hidden />
          {count}
        </button>
      }
    >
      <MenuLabel>Running terminals</MenuLabel>
      {others.map((terminal) => (
        <MenuItem key={terminal.id} onSelect={() => openHeld(terminal)}>
          <span className="flex max-w-80 flex-col">
            <span className="truncate">
              {terminal.pod} · {terminal.container}
            </span>
            <span className="truncate text-muted text-xs">{where(terminal)}</span>
          </span>
          <span className="ml-auto pl-4 text-muted text-xs">
            {terminal.endsAt === null ? (
              'open elsewhere'
            ) : (
              <>
                ends <Time at={terminal.endsAt} form="ago" />
              </>
            )}
          </span>
        </MenuItem>
      ))}
    </Menu>
  );
}

function where({ cluster, namespace, owner, ended }: HeldTerminal): string {
  const place = `${cluster} / ${namespace}`;
  if (ended !== null) return `${place}, has ended`;
  return owner.own ? place : `${place}, shared by ${owner.email}`;
}
