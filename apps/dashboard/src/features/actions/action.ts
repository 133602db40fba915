import type { LucideIcon } from 'lucide-react';

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
  run: (context: C) => void;
}

/** An action with its context, for a menu or a button. */
export interface BoundAction extends Omit<Action<never>, 'label' | 'note' | 'enabled' | 'run'> {
  label: string;
  note: string | undefined;
  enabled: boolean;
  run: () => void;
}

/** Binds an action to a context. */
export function bindAction<C>(action: Action<C>, context: C): BoundAction {
  const { label, note, enabled, run, ...rest } = action;
  return {
    ...rest,
    label: typeof label === 'string' ? label : label(context),
    note: note?.(context),
    enabled: enabled?.(context) ?? true,
    run: () => run(context),
  };
}
