import type { LucideIcon } from 'lucide-react';

/** Where an action belongs: its heading among the shortcuts and in the palette. */
export type ActionGroup = 'page' | 'cluster' | 'go' | 'dock' | 'everywhere';

/**
 * Something that a person can do. It is defined once; the keyboard, menus, buttons, the palette and the list of shortcuts read
 * it from here. `C`: what it must know of the place where it is done.
 */
export interface Action<C> {
  /** Unique in the dashboard: `pod.logs`. */
  id: string;
  label: string | ((context: C) => string);
  /** The label under a heading that says the rest: "Light" under "Theme". */
  short?: string;
  group: ActionGroup;
  icon?: LucideIcon;
  /** Chords separated by spaces: `mod+k`, `g p`, `?`. */
  keys?: string;
  /** The keys work while typing in a field too; only sensible with `mod` or `ctrl`. */
  inFields?: boolean;
  /** It takes something away. */
  danger?: boolean;
  /** Not in the palette, where it would say nothing or do nothing. */
  unlisted?: boolean;
  /** Words by which the palette finds it too. */
  words?: readonly string[];
  /** What it is about, small in the palette. */
  note?: (context: C) => string | undefined;
  /** Whether it can be done now; always, where nothing is said. */
  enabled?: (context: C) => boolean;
  run: (context: C) => void;
}

/** An action in its place: what a menu or a button shows and does. */
export interface BoundAction extends Omit<Action<never>, 'label' | 'note' | 'enabled' | 'run'> {
  label: string;
  note: string | undefined;
  enabled: boolean;
  run: () => void;
}

/** Puts an action in its place. */
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
