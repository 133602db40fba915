import { Plus } from 'lucide-react';
import type { Action } from '#features/actions/action.ts';

export const createServiceAccount: Action<{ open: () => void }> = {
  id: 'service-accounts.create',
  label: 'Create service account',
  group: 'page',
  icon: Plus,
  keys: 'c',
  run: ({ open }) => open(),
};
