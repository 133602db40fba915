import { useSyncExternalStore } from 'react';

export interface LogSettings {
  timestamps: boolean;
  wrap: boolean;
}

const KEY = 'postern.logs';
const DEFAULTS: LogSettings = { timestamps: false, wrap: true };
let settings: LogSettings | undefined;
const listeners = new Set<() => void>();

function read(): LogSettings {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<LogSettings>) };
  } catch {
    return DEFAULTS;
  }
}

export function setLogSettings(change: Partial<LogSettings>): void {
  settings = { ...(settings ?? read()), ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Without storage they hold for this page only.
  }
  for (const listener of listeners) listener();
}

/** How logs are shown; the same for all, remembered in this browser. */
export function useLogSettings(): LogSettings {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => {
      settings ??= read();
      return settings;
    },
    () => DEFAULTS,
  );
}
