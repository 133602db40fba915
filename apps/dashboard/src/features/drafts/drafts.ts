'use client';
import { useMemo, useSyncExternalStore } from 'react';
import { readStored, storedKeys, writeStored } from '#components/stored.ts';
import { announceUnsaved } from '#components/unsaved.ts';
import { type Draft, DraftStore, type Unstored } from './draft-store.ts';
import { DRAFTS, FORGOTTEN } from './forget-drafts.ts';

/** Whether drafts were forgotten since this page was loaded. */
const areForgotten = (): boolean => Number(readStored(FORGOTTEN) ?? 0) > performance.timeOrigin;

/** The drafts of this page and this browser. */
export const drafts = new DraftStore({
  keys: () => storedKeys(DRAFTS),
  read: readStored,
  write: (key, text) => {
    if (text === null || !areForgotten()) writeStored(key, text);
  },
});

let takeBack: (() => void) | undefined;
drafts.subscribe(() => {
  if (drafts.volatile) takeBack ??= announceUnsaved('A draft that cannot be stored in the browser would be lost.');
  else {
    takeBack?.();
    takeBack = undefined;
  }
});

if (typeof window !== 'undefined') {
  // `pagehide` is the last event of a closed tab; a phone may end a hidden page without any.
  window.addEventListener('pagehide', () => drafts.flush());
  document.addEventListener('visibilitychange', () => drafts.flush());
  window.addEventListener('storage', ({ key }) => key?.startsWith(DRAFTS) && drafts.noticeStored(key));
  window.addEventListener('beforeunload', (event) => {
    drafts.flush();
    if (drafts.volatile && !areForgotten()) event.preventDefault();
  });
}

/** The draft with this key, kept up to date. */
export function useDraft(key: string | undefined): Draft | undefined {
  const version = useSyncExternalStore(
    (listener) => drafts.subscribe(listener),
    () => drafts.version,
    () => 0,
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again after every change
  return useMemo(() => (key === undefined ? undefined : drafts.get(key)), [key, version]);
}

/** Why a draft would be lost with this page; undefined if it would not. */
export const whyUnstored = (key: string): Unstored | undefined => drafts.unstored(key);
