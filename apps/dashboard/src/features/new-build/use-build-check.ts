'use client';
import { useEffect } from 'react';
import { useReached } from '#features/freshness/use-away.ts';
import { checkBuild } from './new-build.ts';

const INTERVAL_MS = 10 * 60_000;
/** When the dashboard's process does not answer yet, which starts together with the gateway. */
const RETRY_MS = 15_000;

/** Finds out about new builds: whenever the gateway is reached again, and every ten minutes. Used once, by the frame. */
export function useBuildCheck(): void {
  const connected = useReached();
  useEffect(() => {
    if (!connected) return;
    let timer: ReturnType<typeof setTimeout>;
    let stopped = false;
    const check = async () => {
      const answered = document.visibilityState === 'hidden' || (await checkBuild());
      if (!stopped) timer = setTimeout(check, answered ? INTERVAL_MS : RETRY_MS);
    };
    void check();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [connected]);
}
