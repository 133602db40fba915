import { httpLink } from '#features/freshness/http-link.ts';
import type { Surroundings } from './list-watch.ts';
import type { Schedule } from './live-store.ts';
import { watchBudget } from './watch-budget.ts';

/** A page that has been hidden for this long ends its watches, in milliseconds. */
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

/** The browser's clock and timers, the page's visibility, and its limit on watches. */
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
  link: { heardAt: () => httpLink.heardAt, onBack: (listener) => httpLink.onBack(listener) },
  acquireWatch: () => watchBudget.acquire(),
};

/** Calls back before the next paint, or soon in a hidden page, where there are no frames. */
export const nextFrame: Schedule = (commit) => {
  if (document.visibilityState === 'visible') requestAnimationFrame(commit);
  else setTimeout(commit, 200);
};
