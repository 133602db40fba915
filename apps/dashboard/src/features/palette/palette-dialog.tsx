'use client';
import { Search } from 'lucide-react';
import { Dialog as Radix, VisuallyHidden } from 'radix-ui';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { cn } from '#components/class-names.ts';
import { Kbd } from '#components/ui/kbd.tsx';
import { useLocation } from '#features/address/use-location.ts';
import { type Entry, select } from './entries.ts';
import { useEntries } from './use-entries.ts';

export interface PaletteDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Goes to any cluster, kind or object, and runs any action. */
export function PaletteDialog({ open, onOpenChange }: PaletteDialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-fade bg-scrim" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed z-40 flex animate-fade flex-col overflow-hidden bg-raised shadow-float outline-none max-sm:inset-0 sm:top-[14vh] sm:left-1/2 sm:max-h-[60vh] sm:w-150 sm:-translate-x-1/2 sm:rounded-xl sm:border"
        >
          <VisuallyHidden.Root>
            <Radix.Title>Command palette</Radix.Title>
          </VisuallyHidden.Root>
          <Commands close={() => onOpenChange(false)} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** A combobox with a list that is always open (ARIA Authoring Practices, "Combobox"). */
function Commands({ close }: { close: () => void }) {
  const { cluster } = useLocation();
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const groups = select(useEntries(typed), typed);
  const shown = groups.flatMap(({ entries }) => entries);
  const current = shown[Math.min(active, shown.length - 1)];
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const currentId = current?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls whenever the current entry changes
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [currentId]);

  function run(entry: Entry | undefined) {
    if (entry === undefined) return;
    close();
    entry.run();
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    const last = Math.max(0, shown.length - 1);
    const at = Math.min(active, last);
    const moves: Record<string, number> = {
      ArrowDown: at === last ? 0 : at + 1,
      ArrowUp: at === 0 ? last : at - 1,
      PageDown: Math.min(last, at + 8),
      PageUp: Math.max(0, at - 8),
    };
    const next = moves[event.key];
    if (next !== undefined) setActive(next);
    else if (event.key === 'Enter') run(current);
    else return;
    event.preventDefault();
  }

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex items-center gap-2.5 border-b px-4">
        <Search className="size-4 shrink-0 text-faint" aria-hidden />
        <input
          // biome-ignore lint/a11y/noAutofocus: a palette is opened in order to type
          autoFocus
          role="combobox"
          aria-label="Command palette"
          aria-expanded
          aria-autocomplete="list"
          aria-controls={`${id}-list`}
          aria-activedescendant={current === undefined ? undefined : `${id}-${shown.indexOf(current)}`}
          spellCheck={false}
          autoComplete="off"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
          placeholder={cluster === undefined ? 'Go to a cluster, do…' : `Go to anything in ${cluster}, do…`}
          className="h-11 min-w-0 flex-1 bg-transparent text-base outline-none max-sm:text-[16px]"
        />
        <Kbd keys="escape" />
      </div>
      {shown.length === 0 && <p className="px-3 py-8 text-center text-muted">No results.</p>}
      <div
        ref={list}
        role="listbox"
        id={`${id}-list`}
        aria-label="Results"
        tabIndex={-1}
        className={cn('min-h-0 flex-1 overflow-y-auto outline-none', shown.length > 0 && 'p-1.5')}
      >
        {groups.map(({ group, entries }) => (
          // biome-ignore lint/a11y/useSemanticElements: there is no element for a group of options
          <div key={group} role="group" aria-label={group}>
            <p aria-hidden className="px-2 pt-2 pb-1 text-faint text-xs">
              {group}
            </p>
            {entries.map((entry) => {
              const index = shown.indexOf(entry);
              return (
                <Option
                  key={entry.id}
                  id={`${id}-${index}`}
                  entry={entry}
                  selected={entry === current}
                  onPoint={() => setActive(index)}
                  onRun={() => run(entry)}
                />
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}

interface OptionProps {
  id: string;
  entry: Entry;
  selected: boolean;
  onPoint: () => void;
  onRun: () => void;
}

function Option({ id, entry, selected, onPoint, onRun }: OptionProps) {
  const { icon: Icon, title, note, keys } = entry;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keyboard
    // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus
    <div
      id={id}
      role="option"
      aria-selected={selected}
      onPointerMove={onPoint}
      onClick={onRun}
      className="flex min-h-8 items-center gap-2.5 rounded-md px-2 aria-selected:bg-active max-sm:min-h-11"
    >
      <Icon className="size-4 shrink-0 text-faint" aria-hidden />
      <span className="min-w-0 flex-1 truncate">{title}</span>
      {note !== undefined && <span className="shrink-0 text-faint text-xs">{note}</span>}
      <Kbd keys={keys} />
    </div>
  );
}
