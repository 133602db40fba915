'use client';
import { useCallback, useRef, useSyncExternalStore } from 'react';
import type { PodTarget } from '#features/pods/pod-target.ts';
import { type LogChoice, LogFeed, type LogSnapshot } from './log-feed.ts';

const NOTHING: LogSnapshot = { lines: [], dropped: 0, state: { state: 'loading' } };

/** Follows a log while the component is mounted. If `choice` is undefined, nothing is read yet. Another `attempt` starts over. */
export function useLogFeed(target: PodTarget, choice: LogChoice | undefined, attempt: number): LogSnapshot {
  const { ref, namespace, pod } = target;
  const key = choice === undefined ? '' : JSON.stringify([ref, namespace, pod, choice, attempt]);
  const feed = useRef<{ key: string; feed: LogFeed }>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key identifies what is followed
  const subscribe = useCallback(
    (onChange: () => void) => {
      if (choice === undefined) return () => undefined;
      const opened = new LogFeed({ target, choice, onChange });
      feed.current = { key, feed: opened };
      return () => opened.stop();
    },
    [key],
  );
  return useSyncExternalStore(
    subscribe,
    () => (feed.current?.key === key ? feed.current.feed.snapshot : NOTHING),
    () => NOTHING,
  );
}
