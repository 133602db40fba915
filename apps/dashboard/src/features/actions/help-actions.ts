import { Keyboard } from 'lucide-react';
import type { Action } from './action.ts';

/** Opens the list of all shortcuts; available everywhere. */
export const showShortcuts: Action<unknown> = {
  id: 'help.shortcuts',
  label: 'Keyboard shortcuts',
  group: 'everywhere',
  icon: Keyboard,
  keys: '?',
  run: () => window.dispatchEvent(new Event('postern:shortcuts')),
};
