import { useSyncExternalStore } from 'react';

export interface TerminalSettings {
  /** Pixels. */
  fontSize: number;
  copyOnSelect: boolean;
  /** Offers the text to assistive technology, at some cost when much is printed. */
  screenReader: boolean;
}

const KEY = 'postern.terminal';
const DEFAULTS: TerminalSettings = { fontSize: 13, copyOnSelect: false, screenReader: false };
const SMALLEST = 9;
const LARGEST = 24;

let settings: TerminalSettings | undefined;
const listeners = new Set<() => void>();

/** Takes whatever was stored; what does not fit is left at its default. */
export function readTerminalSettings(stored: string | null): TerminalSettings {
  let value: unknown;
  try {
    value = JSON.parse(stored ?? 'null');
  } catch {
    return DEFAULTS;
  }
  if (typeof value !== 'object' || value === null) return DEFAULTS;
  const { fontSize, copyOnSelect, screenReader } = value as Record<string, unknown>;
  return {
    fontSize: typeof fontSize === 'number' ? limit(fontSize) : DEFAULTS.fontSize,
    copyOnSelect: copyOnSelect === true,
    screenReader: screenReader === true,
  };
}

const limit = (size: number): number => Math.min(LARGEST, Math.max(SMALLEST, Math.round(size)));

function current(): TerminalSettings {
  try {
    settings ??= readTerminalSettings(localStorage.getItem(KEY));
  } catch {
    settings ??= DEFAULTS;
  }
  return settings;
}

export function changeTerminalSettings(change: Partial<TerminalSettings>): void {
  const next = { ...current(), ...change };
  settings = { ...next, fontSize: limit(next.fontSize) };
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Without storage the choice holds for this page only.
  }
  for (const listener of listeners) listener();
}

/** How terminals look and behave; the same for all of them, and remembered. */
export function useTerminalSettings(): TerminalSettings {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    current,
    () => DEFAULTS,
  );
}
