'use client';
import { ScrollText, SquareTerminal, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { cn } from '#components/class-names.ts';
import { inputClasses } from '#components/ui/input.tsx';
import { describeSelection } from '#features/logs/log-selection.ts';
import { changeTab, closeTab, type DockTab, showTab, useDock } from './dock-store.ts';
import { paneId, tabName } from './tab-names.ts';

/**
 * The tabs of the dock. Double-click or F2 renames, middle-click or Delete closes. They are buttons in a list and do not have
 * the role `tab`, because each has another button beside it.
 */
export function DockTabs() {
  const { tabs, active, beside, open } = useDock();
  const [renaming, setRenaming] = useState<string>();
  return (
    <ul aria-label="Terminals and logs" className="flex h-full min-w-0 flex-1 overflow-x-auto overflow-y-hidden">
      {tabs.map((tab) => {
        const name = tabName(tab, tabs);
        const front = open && tab.id === active;
        return (
          <li
            key={tab.id}
            className={cn(
              'group relative flex h-full shrink-0 items-center border-r hover:bg-hover',
              (front || (open && tab.id === beside)) && 'bg-surface',
              front ? 'text-ink shadow-[inset_0_2px_0_var(--accent)]' : 'text-muted',
            )}
          >
            {renaming === tab.id ? (
              <Rename
                name={name}
                onDone={(next) => {
                  setRenaming(undefined);
                  if (next !== undefined) changeTab(tab.id, { name: next === '' ? undefined : next });
                }}
              />
            ) : (
              <TabButton tab={tab} name={name} front={front} onRename={() => setRenaming(tab.id)} />
            )}
          </li>
        );
      })}
    </ul>
  );
}

interface TabButtonProps {
  tab: DockTab;
  name: string;
  front: boolean;
  onRename: () => void;
}

function TabButton({ tab, name, front, onRename }: TabButtonProps) {
  const Icon = tab.kind === 'terminal' ? SquareTerminal : ScrollText;
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (front) button.current?.parentElement?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [front]);
  const what = tab.kind === 'terminal' ? 'Terminal' : 'Logs';
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Delete') closeTab(tab.id);
    else if (event.key === 'F2') onRename();
    else return;
    event.preventDefault();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        aria-pressed={front}
        aria-controls={paneId(tab.id)}
        aria-label={`${what}: ${name}`}
        title={titleText(tab)}
        className="flex h-full min-w-0 max-w-56 items-center gap-2 pr-1 pl-3 focus-visible:outline-offset-[-3px]"
        onClick={() => showTab(tab.id)}
        onDoubleClick={onRename}
        onAuxClick={(event) => event.button === 1 && closeTab(tab.id)}
        onKeyDown={onKeyDown}
      >
        <Icon className="size-4 shrink-0" aria-hidden />
        <span className="truncate">{name}</span>
      </button>
      <button
        type="button"
        aria-label={`Close ${what.toLowerCase()}: ${name}`}
        className="mr-1 flex size-6 items-center justify-center rounded-sm text-faint hover:bg-active hover:text-ink focus-visible:outline-offset-[-2px] max-md:size-9"
        onClick={() => closeTab(tab.id)}
      >
        <X className="size-3.5" aria-hidden />
      </button>
    </>
  );
}

function titleText(tab: DockTab): string {
  if (tab.kind === 'logs') return `Logs: ${describeSelection(tab.selection)}, cluster ${tab.selection.ref.cluster}`;
  const { namespace, pod, ref } = tab.target;
  return `Terminal of ${namespace}/${pod} in ${ref.cluster}`;
}

function Rename({ name, onDone }: { name: string; onDone: (name: string | undefined) => void }) {
  return (
    <input
      aria-label="Name of the tab"
      ref={focusAndSelect}
      defaultValue={name}
      maxLength={60}
      className={cn(inputClasses, 'mx-1 h-7 w-48')}
      onBlur={({ target }) => onDone(target.value.trim())}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onDone(event.currentTarget.value.trim());
        else if (event.key === 'Escape') onDone(undefined);
      }}
    />
  );
}

/** Focuses a field that the user has just requested. */
function focusAndSelect(field: HTMLInputElement | null) {
  field?.focus();
  field?.select();
}
