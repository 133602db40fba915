'use client';
import { useEffect } from 'react';
import { deferredChunks } from '#components/deferred.tsx';
import { whenIdle } from '#components/when-idle.ts';
import { useReached } from '#features/freshness/use-away.ts';

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
  const connected = useReached();
  useEffect(() => {
    if (!connected || savesData()) return;
    let stopped = false;
    const tried = new Set<unknown>();
    const next = () => {
      if (stopped) return;
      const chunk = deferredChunks().find((one) => one.state.state !== 'loaded' && !tried.has(one));
      if (chunk === undefined) {
        performance.mark('postern.loaded-ahead');
        return;
      }
      tried.add(chunk);
      void chunk.load().then(() => {
        if (!stopped) whenIdle(next);
      });
    };
    whenIdle(next);
    return () => {
      stopped = true;
    };
  }, [connected]);
}
