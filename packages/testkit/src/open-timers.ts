/** Timers that are open, by the object that `setTimeout` or `setInterval` returned. */
const open = new Set<NodeJS.Timeout>();
let isWatching = false;

/** How many timers made since `watchTimers` are open and keep the process alive. */
export function openTimers(): number {
  return [...open].filter((timer) => timer.hasRef()).length;
}

/**
 * Counts the timers of the global functions from now on; calling it again changes nothing. Those of the test runner are not
 * among them, because it uses the functions that it found when it started.
 */
export function watchTimers(): void {
  if (isWatching) return;
  isWatching = true;
  const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;

  globalThis.setTimeout = like(setTimeout, (callback, ms, ...values) => {
    const timer = setTimeout(() => {
      open.delete(timer);
      callback(...values);
    }, ms);
    open.add(timer);
    return timer;
  });
  globalThis.setInterval = like(setInterval, (callback, ms, ...values) => {
    const timer = setInterval(callback, ms, ...values);
    open.add(timer);
    return timer;
  });
  const clear: typeof clearTimeout = (timer) => {
    open.delete(timer as NodeJS.Timeout);
    clearTimeout(timer);
  };
  globalThis.clearTimeout = like(clearTimeout, clear);
  globalThis.clearInterval = like(clearInterval, clear);
}

type Timers = (callback: (...values: unknown[]) => void, ms?: number, ...values: unknown[]) => NodeJS.Timeout;

/** Gives a replacement the properties of the original, such as its promise version. */
function like<F extends object>(original: F, replacement: Timers | typeof clearTimeout): F {
  return Object.defineProperties(replacement, Object.getOwnPropertyDescriptors(original)) as unknown as F;
}
