'use client';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { Dialog } from '#components/ui/dialog.tsx';
import { Kbd } from '#components/ui/kbd.tsx';
import type { Shortcut } from './registry.ts';
import { shortcuts, useShortcut } from './use-shortcut.ts';

const none: readonly Shortcut[] = [];
const fields =
  'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true], [data-own-keys]';

function onKeyDown(event: KeyboardEvent) {
  if (event.defaultPrevented || event.isComposing || !(event.target instanceof Element)) return;
  const context = {
    inField: event.target.closest(fields) !== null,
    covered: document.querySelector('[role=dialog][data-state=open], [role=menu][data-state=open]') !== null,
  };
  if (shortcuts.press(event, context)) event.preventDefault();
}

/** Listens for shortcuts and shows all of them on `?`; stands once around the application. */
export function Keyboard() {
  const [open, setOpen] = useState(false);
  const all = useSyncExternalStore(
    (listener) => shortcuts.subscribe(listener),
    () => shortcuts.list(),
    () => none,
  );
  useEffect(() => {
    window.addEventListener('keydown', onKeyDown);
    const show = () => setOpen(true);
    window.addEventListener('postern:shortcuts', show);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
      window.removeEventListener('postern:shortcuts', show);
    };
  }, []);
  useShortcut({ keys: '?', label: 'Show all shortcuts', group: 'Everywhere' }, () => setOpen(true));

  const byKeys = new Map(all.map((shortcut) => [shortcut.keys, shortcut]));
  const groups = Map.groupBy(byKeys.values(), (shortcut) => shortcut.group);
  return (
    <Dialog open={open} onOpenChange={setOpen} title="Keyboard shortcuts" size="lg">
      <div className="grid gap-x-10 gap-y-5 sm:grid-cols-2">
        {[...groups].map(([group, items]) => (
          <section key={group}>
            <h3 className="mb-1.5 font-medium text-faint text-xs">{group}</h3>
            <dl className="flex flex-col">
              {items.map((item) => (
                <div key={item.keys} className="flex min-h-7 items-center justify-between gap-4">
                  <dt>{item.label}</dt>
                  <dd>
                    <Kbd keys={item.keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
