'use client';
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { EMPTY, LogFeed, type LogFeedOptions, type LogSnapshot } from './log-feed.ts';

/** A log that is read while the component is mounted. Another `key` starts over; undefined reads nothing yet. */
export function useLogFeed(
  key: string | undefined,
  options: LogFeedOptions,
): { feed: LogFeed | undefined; log: LogSnapshot } {
  const [opened, setOpened] = useState<{ key: string; feed: LogFeed }>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key identifies what is read
  useEffect(() => {
    if (key === undefined) return;
    const feed = new LogFeed(options);
    setOpened({ key, feed });
    return () => feed.stop();
  }, [key]);
  const feed = opened?.key === key ? opened?.feed : undefined;
  const subscribe = useCallback((listener: () => void) => feed?.subscribe(listener) ?? (() => undefined), [feed]);
  const log = useSyncExternalStore(
    subscribe,
    () => feed?.snapshot ?? EMPTY,
    () => EMPTY,
  );
  return { feed, log };
}
