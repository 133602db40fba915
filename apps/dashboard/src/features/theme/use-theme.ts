'use client';
import { useEffect, useSyncExternalStore } from 'react';
import { readStored, writeStored } from '#components/stored.ts';

export type ThemeChoice = 'system' | 'light' | 'dark';
export type Theme = 'light' | 'dark';

const KEY = 'postern.theme';
const listeners = new Set<() => void>();

function choice(): ThemeChoice {
  const stored = readStored(KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

function shown(): Theme {
  return document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light';
}

function apply() {
  const chosen = choice();
  const dark = chosen === 'dark' || (chosen === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function setTheme(next: ThemeChoice): void {
  writeStored(KEY, next === 'system' ? null : next);
  apply();
}

/** The chosen theme, and the one shown now (for terminals and editors, which have their own colours). */
export function useTheme(): { choice: ThemeChoice; theme: Theme } {
  const current = useSyncExternalStore(subscribe, choice, () => 'system' as const);
  const theme = useSyncExternalStore(subscribe, shown, () => 'light' as const);
  return { choice: current, theme };
}

/** Follows the system's theme and the choice in other tabs; called once, at the top. */
export function useThemeFollowing(): void {
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)');
    const onStorage = (event: StorageEvent) => {
      if (event.key === KEY) apply();
    };
    media.addEventListener('change', apply);
    window.addEventListener('storage', onStorage);
    return () => {
      media.removeEventListener('change', apply);
      window.removeEventListener('storage', onStorage);
    };
  }, []);
}
