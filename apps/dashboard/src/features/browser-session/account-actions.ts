import { LogOut } from 'lucide-react';
import type { Action } from '#features/actions/action.ts';
import { signOut } from './sign-out.ts';

export const signOutAction: Action<unknown> = {
  id: 'account.sign-out',
  label: 'Sign out',
  group: 'everywhere',
  icon: LogOut,
  run: () => void signOut(),
};
