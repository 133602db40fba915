'use client';
import { useEffect } from 'react';

const unsaved = new Map<symbol, string>();

/** What becomes of unsaved work on this page if it is reloaded, in sentences: "Your edit of checkout would be lost." */
export const unsavedWork = (): readonly string[] => [...unsaved.values()];

/** Announces unsaved work. @returns a function that takes it back. */
export function announceUnsaved(what: string): () => void {
  const id = Symbol(what);
  unsaved.set(id, what);
  return () => void unsaved.delete(id);
}

/** Announces unsaved work, so that nothing ends it without a question; undefined if there is none. */
export function useUnsaved(what: string | undefined): void {
  useEffect(() => (what === undefined ? undefined : announceUnsaved(what)), [what]);
}
