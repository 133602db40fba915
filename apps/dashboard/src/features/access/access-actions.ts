import { Plus } from 'lucide-react';
import type { Action } from '#features/actions/action.ts';

export const grantAccess: Action<{ open: () => void }> = {
  id: 'access.grant',
  label: 'Give access',
  group: 'page',
  icon: Plus,
  keys: 'c',
  run: ({ open }) => open(),
};

export const requestAccess: Action<{ open: () => void }> = {
  id: 'access.request',
  label: 'Request access',
  group: 'page',
  icon: Plus,
  keys: 'c',
  run: ({ open }) => open(),
};
