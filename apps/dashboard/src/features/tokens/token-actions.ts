import { Plus } from 'lucide-react';
import type { Action } from '#features/actions/action.ts';

export const createToken: Action<{ open: () => void }> = {
  id: 'tokens.create',
  label: 'Create token',
  group: 'page',
  icon: Plus,
  keys: 'c',
  run: ({ open }) => open(),
};
