'use client';
import { useEffect } from 'react';
import { deferredChunks } from '#components/deferred.tsx';
import { useConnection } from '#features/live/connection.ts';

/** Calls back when the page has nothing else to do, or after 5 s. @returns a function that cancels it. */
function whenIdle(callback: () => void): () => void {
  // Safari has no idle callbacks.
  if (!('requestIdleCallback' in window)) {
    const timer = setTimeout(callback, 1000);
    return () => clearTimeout(timer);
  }
  const handle = window.requestIdleCallback(callback, { timeout: 5000 });
  return () => window.cancelIdleCallback(handle);
}

/** Whether the person has asked their browser to save data. */
function savesData(): boolean {
  const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } };
  return connection?.saveData === true;
}

/**
 * Loads the code of all pages and dialogs when the page is idle and connected, one after the other, so that they open at once and
 * even while the gateway cannot be reached. Not for people who save data.
 */
export function useLoadAhead(): void {
  const connected = useConnection().state === 'connected';
  useEffect(() => {
    if (!connected || savesData()) return;
    let cancel = () => {};
    let stopped = false;
    const tried = new Set<unknown>();
    const next = () => {
      const chunk = deferredChunks().find((one) => one.state.state !== 'loaded' && !tried.has(one));
      if (chunk === undefined) {
        performance.mark('postern.loaded-ahead');
        return;
      }
      tried.add(chunk);
      void chunk.load().then(() => {
        if (!stopped) cancel = whenIdle(next);
      });
    };
    cancel = whenIdle(next);
    return () => {
      stopped = true;
      cancel();
    };
  }, [connected]);
}
