import { sharedValue } from '#components/shared-value.ts';

export interface LogSettings {
  timestamps: boolean;
  wrap: boolean;
}

const DEFAULTS: LogSettings = { timestamps: false, wrap: true };
const settings = sharedValue(DEFAULTS, {
  key: 'postern.logs',
  read: (stored) => ({ ...DEFAULTS, ...(JSON.parse(stored ?? '{}') as Partial<LogSettings>) }),
});

/** How logs are shown; the same for all logs, stored in this browser. */
export const useLogSettings = settings.use;

export function setLogSettings(change: Partial<LogSettings>): void {
  settings.set({ ...settings.get(), ...change });
}
