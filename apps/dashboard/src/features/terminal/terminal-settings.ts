import { sharedValue } from '#components/shared-value.ts';

export interface TerminalSettings {
  /** In pixels. */
  fontSize: number;
  copyOnSelect: boolean;
  /** Makes the text available to assistive technology, at some cost when there is much output. */
  screenReader: boolean;
}

const DEFAULTS: TerminalSettings = { fontSize: 13, copyOnSelect: false, screenReader: false };
const SMALLEST = 9;
const LARGEST = 24;

/** Parses stored settings; invalid values get their defaults. */
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

const settings = sharedValue(DEFAULTS, { key: 'postern.terminal', read: readTerminalSettings });

/** How terminals look and behave; the same for all terminals, stored in this browser. */
export const useTerminalSettings = settings.use;

export function changeTerminalSettings(change: Partial<TerminalSettings>): void {
  const next = { ...settings.get(), ...change };
  settings.set({ ...next, fontSize: limit(next.fontSize) });
}
