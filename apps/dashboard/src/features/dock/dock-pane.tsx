'use client';
import { cn } from '#components/class-names.ts';
import { LogsPane } from '#features/logs/logs-pane.tsx';
import { TerminalPane } from '#features/terminal/terminal-pane.tsx';
import { changeTab, type DockTab, leaveTab } from './dock-store.ts';
import { NeedsLiveConnection } from './needs-live-connection.tsx';
import { paneId } from './tab-names.ts';

interface DockPaneProps {
  tab: DockTab;
  shown: boolean;
  active: boolean;
  /** Whether it is shown to the right of the active tab. */
  second: boolean;
}

/** The content of a tab. It stays mounted while another is shown, so that its shell and log continue. */
export function DockPane({ tab, shown, active, second }: DockPaneProps) {
  return (
    <div
      id={paneId(tab.id)}
      className={cn('min-h-0 min-w-0 flex-1', !shown && 'hidden', second && 'order-last border-l')}
    >
      {tab.kind === 'terminal' ? (
        <div className="flex h-full flex-col">
          <NeedsLiveConnection />
          <div className="min-h-0 flex-1">
            <TerminalPane
              target={tab.target}
              shell={tab.shell}
              active={active}
              startAtOnce={tab.restored !== true}
              held={tab.held?.id}
              onHeld={(held) => changeTab(tab.id, { held })}
              onLeave={() => leaveTab(tab.id)}
              onChoice={({ container, shell }) =>
                changeTab(tab.id, {
                  ...(container !== undefined && { target: { ...tab.target, container } }),
                  ...(shell !== undefined && { shell }),
                })
              }
            />
          </div>
        </div>
      ) : (
        <LogsPane
          selection={tab.selection}
          active={active}
          onChoice={({ container }) => changeTab(tab.id, { selection: { ...tab.selection, container } })}
        />
      )}
    </div>
  );
}
