'use client';
import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { isCovered } from '#components/layers.ts';
import { Dialog } from '#components/ui/dialog.tsx';
import { showShortcuts } from './help-actions.ts';
import { ShortcutList } from './shortcut-list.tsx';
import { pageActions, useActions } from './use-actions.ts';

const fields =
  'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true], [data-own-keys]';
const own = [showShortcuts];

function onKeyDown(event: KeyboardEvent) {
  if (event.defaultPrevented || event.isComposing || !(event.target instanceof Element)) return;
  const context = { inField: event.target.closest(fields) !== null, covered: isCovered() };
  // At once, because the next key may already be meant for what this one opens.
  flushSync(() => {
    if (pageActions.press(event, context)) event.preventDefault();
  });
}

/** Handles the keys of actions and lists them on `?`; used once, around the application. */
export function Keyboard() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    window.addEventListener('keydown', onKeyDown);
    const show = () => setOpen(true);
    window.addEventListener('postern:shortcuts', show);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
      window.removeEventListener('postern:shortcuts', show);
    };
  }, []);
  useActions(own, undefined);
  return (
    <Dialog open={open} onOpenChange={setOpen} title="Keyboard shortcuts" size="lg">
      <ShortcutList />
    </Dialog>
  );
}
