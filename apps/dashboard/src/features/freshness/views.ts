import { useEffect, useState, useSyncExternalStore } from 'react';
import { useConnection } from './connection.ts';
import { type Freshness, worstOf } from './freshness.ts';

/** How fresh the views on the page are. */
const views = new Map<symbol, Freshness>();
const listeners = new Set<() => void>();
let worst: Freshness | undefined;

function changed(): void {
  const next = worstOf([...views.values()]);
  if (next === worst) return;
  worst = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Makes the freshness of a view count for the whole page while it is mounted. What was not loaded, or is denied, says so itself. */
export function useViewOnPage(freshness: Freshness): void {
  const [id] = useState(() => Symbol('view'));
  const counts = !['loading', 'denied', 'failed'].includes(freshness.state);
  useEffect(() => {
    if (counts) views.set(id, freshness);
    else views.delete(id);
    changed();
  }, [id, freshness, counts]);
  useEffect(
    () => () => {
      views.delete(id);
      changed();
    },
    [id],
  );
}

/** How fresh the page is: the connection, or the worst of its views. */
export function usePageFreshness(): Freshness {
  const own = useSyncExternalStore(
    subscribe,
    () => worst,
    () => undefined,
  );
  const { freshness } = useConnection();
  return own === undefined ? freshness : (worstOf([freshness, own]) ?? freshness);
}
