'use client';
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { isApple } from '#components/keys/chord.ts';
import type { Action, BoundAction } from './action.ts';
import { ActionRegistry } from './registry.ts';

/** The page's actions. */
export const pageActions = new ActionRegistry({ apple: isApple() });

/** Registers actions while the component is mounted. `actions` must be stable; the context may change at every render. */
export function useActions<C>(actions: readonly Action<C>[], context: C): void {
  const latest = useRef(context);
  useEffect(() => {
    latest.current = context;
  });
  useEffect(() => pageActions.register(actions, () => latest.current), [actions]);
}

/** All actions currently available on this page. */
export function useOfferedActions(): readonly BoundAction[] {
  const version = useSyncExternalStore(
    (listener) => pageActions.subscribe(listener),
    () => pageActions.version,
    () => 0,
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again whenever actions were registered or unregistered
  return useMemo(() => pageActions.list(), [version]);
}
