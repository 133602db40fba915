'use client';
import { Kbd } from '#components/ui/kbd.tsx';
import type { ActionGroup } from './action.ts';
import { useOfferedActions } from './use-actions.ts';

const headings: readonly [ActionGroup, string][] = [
  ['page', 'This page'],
  ['cluster', 'In this cluster'],
  ['go', 'Go to'],
  ['dock', 'Terminals and logs'],
  ['everywhere', 'Everywhere'],
];

/** The keys of all available actions. */
export function ShortcutList() {
  const actions = useOfferedActions().filter(({ keys }) => keys !== undefined);
  return (
    <div className="grid gap-x-10 gap-y-5 sm:grid-cols-2">
      {headings.map(([group, heading]) => {
        const items = actions.filter((action) => action.group === group);
        if (items.length === 0) return null;
        return (
          <section key={group}>
            <h3 className="mb-1.5 font-medium text-faint text-xs">{heading}</h3>
            <dl className="flex flex-col">
              {items.map(({ id, label, keys }) => (
                <div key={id} className="flex min-h-7 items-center justify-between gap-4">
                  <dt>{label}</dt>
                  <dd>
                    <Kbd keys={keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        );
      })}
    </div>
  );
}
