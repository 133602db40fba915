import { Plus } from 'lucide-react';
import type { Action } from '#features/actions/action.ts';

export const newOrganization: Action<{ open: () => void }> = {
  id: 'organizations.create',
  label: 'New organization',
  group: 'everywhere',
  icon: Plus,
  run: ({ open }) => open(),
};
