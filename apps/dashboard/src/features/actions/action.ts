import type { LucideIcon } from 'lucide-react';
import { toast } from '#components/ui/toast.tsx';
import { missingRight, type Permission, type Rights } from './permission.ts';

/** The group of an action, which is its heading in the list of shortcuts and in the palette. */
export type ActionGroup = 'page' | 'cluster' | 'go' | 'dock' | 'everywhere';

/**
 * Something that a user can do. It is defined once, and used by the keyboard, menus, buttons, the palette and the list of
 * shortcuts. `C` is the context in which it runs.
 */
export interface Action<C> {
  /** Unique in the dashboard: `pod.logs`. */
  id: string;
  label: string | ((context: C) => string);
  /** The label under a heading that contains the rest: "Light" under "Theme". */
  short?: string;
  group: ActionGroup;
  icon?: LucideIcon;
  /** Chords separated by spaces: `mod+k`, `g p`, `?`. */
  keys?: string;
  /** Whether the keys also work while typing in a field; only useful with `mod` or `ctrl`. */
  inFields?: boolean;
  /** Whether it is destructive. */
  danger?: boolean;
  /** Excludes it from the palette, where it would be meaningless or have no effect. */
  unlisted?: boolean;
  /** Additional search terms for the palette. */
  words?: readonly string[];
  /** A note on its subject, shown in the palette. */
  note?: (context: C) => string | undefined;
  /** Whether it is available now; default: always. */
  enabled?: (context: C) => boolean;
  /** The rights that it needs in a cluster; without one of them it is shown, but disabled with the reason. */
  needs?: (context: C) => readonly Permission[];
  run: (context: C) => void;
}

/** An action with its context, for a menu or a button. */
export interface BoundAction extends Omit<Action<never>, 'label' | 'note' | 'enabled' | 'needs' | 'run'> {
  label: string;
  note: string | undefined;
  enabled: boolean;
  /** The right that the person is known not to have, as a sentence. */
  missing: string | undefined;
  /** Says which right is missing instead, if one is. */
  run: () => void;
}

/** The rights that the available ones of some actions need. */
export function neededBy<C>(actions: readonly Action<C>[], context: C): Permission[] {
  return actions.flatMap(({ enabled, needs }) =>
    needs !== undefined && (enabled?.(context) ?? true) ? needs(context) : [],
  );
}

/** Binds an action to a context. @param rights the person's rights, for an action that needs some. */
export function bindAction<C>(action: Action<C>, context: C, rights?: Rights): BoundAction {
  const { label, note, enabled, needs, run, ...rest } = action;
  const name = typeof label === 'string' ? label : label(context);
  const available = enabled?.(context) ?? true;
  const missing = available ? missingRight(needs?.(context) ?? [], rights) : undefined;
  return {
    ...rest,
    label: name,
    note: note?.(context),
    enabled: available,
    missing,
    run: () => {
      if (missing === undefined) run(context);
      else toast({ title: `${name}: you do not have the right`, description: missing, tone: 'warn' });
    },
  };
}
