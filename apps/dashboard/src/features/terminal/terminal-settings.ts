import { sharedValue } from '#components/shared-value.ts';

export interface TerminalSettings {
  /** Pixels. */
  fontSize: number;
  copyOnSelect: boolean;
  /** Offers the text to assistive technology, at some cost when much is printed. */
  screenReader: boolean;
}

const DEFAULTS: TerminalSettings = { fontSize: 13, copyOnSelect: false, screenReader: false };
const SMALLEST = 9;
const LARGEST = 24;

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

const settings = sharedValue(DEFAULTS, { key: 'postern.terminal', read: readTerminalSettings });

/** How terminals look and behave; the same for all of them, and remembered. */
export const useTerminalSettings = settings.use;

export function changeTerminalSettings(change: Partial<TerminalSettings>): void {
  const next = { ...settings.get(), ...change };
  settings.set({ ...next, fontSize: limit(next.fontSize) });
}
