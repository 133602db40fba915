import type { Surroundings } from './list-watch.ts';
import type { Schedule } from './live-store.ts';
import { watchBudget } from './watch-budget.ts';

/** A page hidden for this long (ms) lets go of its watches. */
const HIDDEN_MS = 30_000;

let paused = false;
let timer: ReturnType<typeof setTimeout> | undefined;
let listening = false;
const listeners = new Set<() => void>();

function set(next: boolean) {
  if (paused === next) return;
  paused = next;
  for (const listener of [...listeners]) listener();
}

function onVisibility() {
  clearTimeout(timer);
  if (document.visibilityState === 'hidden') timer = setTimeout(() => set(true), HIDDEN_MS);
  else set(false);
}

/** The browser's clock, timers, attention and allowance of watches. */
export const browserSurroundings: Surroundings = {
  now: () => Date.now(),
  random: () => Math.random(),
  delay: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const done = () => {
        clearTimeout(waiting);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const waiting = setTimeout(done, milliseconds);
      signal.addEventListener('abort', done);
    }),
  attention: {
    paused: () => paused,
    onChange: (listener) => {
      if (!listening) {
        listening = true;
        document.addEventListener('visibilitychange', onVisibility);
      }
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  },
  acquireWatch: () => watchBudget.acquire(),
};

/** Before the next paint; soon in a page that is hidden: frames stop there, but nothing else does. */
export const nextFrame: Schedule = (commit) => {
  if (document.visibilityState === 'visible') requestAnimationFrame(commit);
  else setTimeout(commit, 200);
};
