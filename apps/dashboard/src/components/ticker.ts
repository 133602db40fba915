import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

function tick() {
  now = Date.now();
  for (const listener of listeners) listener();
}

/** Calls back every second, all from one timer; stops when nobody listens. */
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
 * Something computed from the current time, afresh every second. The component renders again only when the result differs,
 * so let `compute` return a primitive.
 */
export function useTicking<T extends string | number | boolean | null>(compute: (now: number) => T): T {
  return useSyncExternalStore(
    subscribeToSeconds,
    () => compute(now),
    () => compute(now),
  );
}
