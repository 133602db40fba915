import { Plus } from 'lucide-react';
import type { Action } from '#features/actions/action.ts';

export const inviteMember: Action<{ open: () => void }> = {
  id: 'members.invite',
  label: 'Invite member',
  group: 'page',
  icon: Plus,
  keys: 'c',
  run: ({ open }) => open(),
};
