import { Monitor, Moon, Sun } from 'lucide-react';
import type { Action } from '#features/actions/action.ts';
import { setTheme, type ThemeChoice } from './use-theme.ts';

function theme(choice: ThemeChoice, short: string, icon: Action<unknown>['icon']): Action<unknown> {
  return {
    id: `theme.${choice}`,
    label: `Theme: ${short.toLowerCase()}`,
    short,
    group: 'everywhere',
    ...(icon && { icon }),
    run: () => setTheme(choice),
  };
}

/** One action per theme. */
export const themeActions: Record<ThemeChoice, Action<unknown>> = {
  system: theme('system', 'Same as the system', Monitor),
  light: theme('light', 'Light', Sun),
  dark: theme('dark', 'Dark', Moon),
};
