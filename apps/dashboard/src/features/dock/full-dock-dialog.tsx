'use client';
import { ScrollText, SquareTerminal } from 'lucide-react';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { type DockTab, MOST_TABS, makeRoom } from './dock-store.ts';
import { tabName } from './tab-names.ts';

const whatOf = ({ kind }: DockTab) => (kind === 'terminal' ? 'terminal' : 'logs');

/** Asks which tab to close when there is no place for another. */
export function FullDockDialog({ tabs, waiting }: { tabs: readonly DockTab[]; waiting: DockTab }) {
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && makeRoom()}
      size="sm"
      title={`Close a tab to open the ${whatOf(waiting)} of ${tabName(waiting, [waiting])}`}
      description={`The dock holds ${MOST_TABS} tabs. Choose the one to close.`}
      footer={<Button onClick={() => makeRoom()}>Close none</Button>}
    >
      <ul aria-label="Open tabs" className="flex flex-col gap-px">
        {tabs.map((tab) => (
          <li key={tab.id}>
            <TabChoice tab={tab} name={tabName(tab, tabs)} />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function TabChoice({ tab, name }: { tab: DockTab; name: string }) {
  const Icon = tab.kind === 'terminal' ? SquareTerminal : ScrollText;
  const ends = tab.kind === 'terminal' && tab.held?.endsOnClose === true;
  return (
    <button
      type="button"
      aria-label={`Close ${whatOf(tab)}: ${name}${ends ? ', which ends its shell' : ''}`}
      className="flex min-h-8 w-full items-center gap-2 rounded-md px-2 text-left hover:bg-hover max-sm:min-h-10"
      onClick={() => makeRoom(tab.id)}
    >
      <Icon className="size-4 shrink-0 text-muted" aria-hidden />
      <span className="min-w-0 flex-1 truncate">{name}</span>
      {ends && <span className="shrink-0 text-warn text-xs">Ends its shell</span>}
    </button>
  );
}
