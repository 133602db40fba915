import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

function tick() {
  now = Date.now();
  for (const listener of listeners) listener();
}

/** Calls back every second; all listeners share one timer, which stops when there are none. */
function subscribeToSeconds(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now();
    timer = setInterval(tick, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/**
 * A value computed from the current time every second. The component renders again only when the result changes, so `compute`
 * must return a primitive.
 */
export function useTicking<T extends string | number | boolean | null>(compute: (now: number) => T): T {
  return useSyncExternalStore(
    subscribeToSeconds,
    () => compute(now),
    () => compute(now),
  );
}
