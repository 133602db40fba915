'use client';
import { useEffect, useImperativeHandle, useRef, useState } from 'react';
import { cn } from '#components/class-names.ts';
import { Kbd } from '#components/ui/kbd.tsx';
import { pluralOf } from '#features/kube/api-resource.ts';
import { type Entry, rankOf, select, WHOLE } from './entries.ts';
import type { ResultsProps } from './results-props.ts';
import { useEntries } from './use-entries.ts';
import { PER_KIND } from './use-names.ts';

/** Rows that PageUp and PageDown move by. */
const PAGE = 8;

/** The entries that match what was typed: places, objects, actions. The field above keeps the focus and passes on its keys. */
export function PaletteResults({ ref, typed, entered, id, onActive, close }: ResultsProps) {
  const [chosen, setChosen] = useState({ typed, index: 0 });
  const { entries, searching, cut } = useEntries(typed);
  const groups = select(entries, typed);
  const shown = groups.flatMap((group) => group.entries);
  const last = Math.max(0, shown.length - 1);
  // Other text, other entries: the best one is active again.
  const at = chosen.typed === typed ? Math.min(chosen.index, last) : 0;
  const current = shown[at];
  const list = useRef<HTMLDivElement>(null);
  const currentId = current?.id;
  const activeId = current === undefined ? undefined : `${id}-${at}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls whenever the current entry changes
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [currentId]);
  useEffect(() => onActive(activeId), [onActive, activeId]);

  const point = (index: number) => setChosen({ typed, index });
  function run(entry: Entry | undefined) {
    if (entry === undefined || entry.missing !== undefined) return;
    close();
    entry.run();
  }
  // Enter, pressed before there was anything to run, runs the best entry once it is known, unless more was typed meanwhile.
  const [waiting, setWaiting] = useState(entered ? typed : undefined);
  const known = !searching || (current !== undefined && rankOf(current, typed) === WHOLE);
  useEffect(() => {
    if (waiting === typed && known) run(current);
  });
  useImperativeHandle(ref, () => ({
    press: (key) => {
      const moves: Record<string, number> = {
        ArrowDown: at === last ? 0 : at + 1,
        ArrowUp: at === 0 ? last : at - 1,
        PageDown: Math.min(last, at + PAGE),
        PageUp: Math.max(0, at - PAGE),
      };
      const next = moves[key];
      if (next !== undefined) point(next);
      else if (key !== 'Enter') return false;
      else if (current !== undefined) run(current);
      else if (searching) setWaiting(typed);
      return true;
    },
  }));

  return (
    <>
      {shown.length === 0 && (
        <p role="status" className="px-3 py-8 text-center text-muted">
          {searching ? 'Searching…' : 'No results.'}
        </p>
      )}
      <div
        ref={list}
        role="listbox"
        id={id}
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
                  selected={index === at}
                  onPoint={() => point(index)}
                  onRun={() => run(entry)}
                />
              );
            })}
          </div>
        ))}
      </div>
      {cut.length > 0 && (
        <p className="border-t px-4 py-2 text-faint text-xs">
          Only the first {PER_KIND.toLocaleString('en')} {cut.map(pluralOf).join(', ')} were searched.
        </p>
      )}
    </>
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
  const { icon: Icon, title, note, keys, missing } = entry;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keyboard
    // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus
    <div
      id={id}
      role="option"
      aria-selected={selected}
      aria-disabled={missing !== undefined || undefined}
      onPointerMove={onPoint}
      onClick={onRun}
      className="flex min-h-8 items-center gap-2.5 rounded-md px-2 aria-selected:bg-active max-sm:min-h-11"
    >
      <Icon className="size-4 shrink-0 text-faint" aria-hidden />
      <span className={cn('min-w-0 flex-1 truncate', missing !== undefined && 'py-1 text-muted')}>
        {title}
        {missing !== undefined && <span className="block whitespace-normal text-faint text-xs">{missing}</span>}
      </span>
      {note !== undefined && <span className="shrink-0 text-faint text-xs in-aria-selected:text-muted">{note}</span>}
      <Kbd keys={keys} />
    </div>
  );
}
