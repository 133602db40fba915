'use client';
import { useEffect, useState } from 'react';
import type { LiveListState } from '#features/kube/live-list.ts';
import { isRefused } from './list-state.ts';

/** How long cards wait for each other, in milliseconds. */
const PATIENCE_MS = 1_500;

/**
 * Whether every list has loaded or has been refused, or too much time has passed for the slowest to hold up the others. Cards
 * that appear together do not push each other down the page as they fill.
 */
export function useSettled(lists: readonly LiveListState<unknown>[]): boolean {
  const [settled, setSettled] = useState(false);
  const complete = lists.every((list) => list.loaded || isRefused(list));
  useEffect(() => {
    if (settled) return;
    if (complete) setSettled(true);
    const timer = setTimeout(() => setSettled(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [settled, complete]);
  return settled || complete;
}
