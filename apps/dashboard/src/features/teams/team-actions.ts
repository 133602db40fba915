import { Plus } from 'lucide-react';
import type { Action } from '#features/actions/action.ts';

export const createTeam: Action<{ open: () => void }> = {
  id: 'teams.create',
  label: 'Create team',
  group: 'page',
  icon: Plus,
  keys: 'c',
  run: ({ open }) => open(),
};
