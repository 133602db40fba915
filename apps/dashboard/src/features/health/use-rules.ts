'use client';
import { useEffect } from 'react';
import { sharedValue } from '#components/shared-value.ts';
import type { allRules } from './all-rules.ts';

type Rules = typeof allRules;

const shared = sharedValue<{ rules: Rules | undefined }>({ rules: undefined });
let loading = false;

async function load(): Promise<void> {
  if (loading || shared.get().rules !== undefined) return;
  loading = true;
  try {
    shared.set({ rules: (await import('./all-rules.ts')).allRules });
  } catch {
    // The next page that needs them tries again; until then states are shown as the cluster words them.
  } finally {
    loading = false;
  }
}

/** The rules of health. They are loaded while the first page that needs them waits for its data; undefined until then. */
export function useRules(): Rules | undefined {
  useEffect(() => void load(), []);
  return shared.use().rules;
}
