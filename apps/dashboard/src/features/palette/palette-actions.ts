import { Search } from 'lucide-react';
import type { Action } from '#features/actions/action.ts';

/** Opens the command palette; available everywhere. */
export const openPalette = {
  id: 'palette.open',
  label: 'Command palette',
  group: 'everywhere',
  icon: Search,
  keys: 'mod+k',
  inFields: true,
  unlisted: true,
  run: () => window.dispatchEvent(new Event('postern:palette')),
} satisfies Action<unknown>;
