'use client';
import { useEffect } from 'react';

const unsaved = new Map<symbol, string>();

/** What people have written on this page and not saved, in words: "Your edit of checkout". */
export const unsavedWork = (): readonly string[] => [...unsaved.values()];

/** Announces unsaved work, so that nothing ends it without a question; undefined if there is none. */
export function useUnsaved(what: string | undefined): void {
  useEffect(() => {
    if (what === undefined) return;
    const id = Symbol(what);
    unsaved.set(id, what);
    return () => {
      unsaved.delete(id);
    };
  }, [what]);
}
