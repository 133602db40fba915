'use client';
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { isApple } from '#components/keys/chord.ts';
import { type Action, type BoundAction, bindAction } from './action.ts';
import type { Rights } from './permission.ts';
import { ActionRegistry } from './registry.ts';

/** The page's actions. */
export const pageActions = new ActionRegistry({ apple: isApple() });

/** Registers actions while the component is mounted. `actions` must be stable; the rest may change at every render. */
export function useActions<C>(actions: readonly Action<C>[], context: C, rights?: Rights): void {
  const latest = useRef({ context, rights });
  useEffect(() => {
    latest.current = { context, rights };
  });
  useEffect(
    () =>
      pageActions.register(
        actions,
        () => latest.current.context,
        () => latest.current.rights,
      ),
    [actions],
  );
  const missing = rights && actions.map((action) => bindAction(action, context, rights).missing).join('\n');
  useEffect(() => {
    if (missing !== undefined) pageActions.refresh();
  }, [missing]);
}

/** All actions currently available on this page. */
export function useOfferedActions(): readonly BoundAction[] {
  const version = useSyncExternalStore(
    (listener) => pageActions.subscribe(listener),
    () => pageActions.version,
    () => 0,
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again whenever the registry says so
  return useMemo(() => pageActions.list(), [version]);
}
