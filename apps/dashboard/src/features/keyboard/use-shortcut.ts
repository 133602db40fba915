'use client';
import { useEffect, useRef } from 'react';
import { isApple } from '#components/keys/chord.ts';
import { type Shortcut, ShortcutRegistry } from './registry.ts';

/** The page's shortcuts. */
export const shortcuts = new ShortcutRegistry({ apple: isApple() });

export interface ShortcutOptions extends Pick<Shortcut, 'keys' | 'label'> {
  /** Heading in the overlay; default "This page". */
  group?: string;
  inFields?: boolean;
  /** False: not now. */
  enabled?: boolean;
}

/** Registers a shortcut while the component is there. `run` may change at every render. */
export function useShortcut(options: ShortcutOptions, run: () => void): void {
  const { keys, label, group = 'This page', inFields = false, enabled = true } = options;
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    if (!enabled) return;
    return shortcuts.register({ keys, label, group, inFields, run: () => latest.current() });
  }, [keys, label, group, inFields, enabled]);
}
