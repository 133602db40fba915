import { Download } from 'lucide-react';
import type { Action } from '#features/actions/action.ts';

/** The context of actions on a log. */
export interface LogContext {
  pod: string;
  /** Undefined if not yet known. */
  container: string | undefined;
  /** Number of lines shown. */
  lines: number;
  downloadAll: (container: string) => void;
  saveShown: () => void;
}

const log = { group: 'dock', icon: Download, note: ({ pod }: LogContext) => pod } as const;

/** Actions to copy or download a log. */
export const downloadActions: readonly Action<LogContext>[] = [
  {
    ...log,
    id: 'logs.download',
    label: 'Download the full log kept by the node',
    short: 'Full log kept by the node',
    enabled: ({ container }) => container !== undefined,
    run: ({ container, downloadAll }) => container !== undefined && downloadAll(container),
  },
  {
    ...log,
    id: 'logs.save',
    label: 'Download the lines shown',
    short: 'Lines shown',
    enabled: ({ lines }) => lines > 0,
    run: ({ saveShown }) => saveShown(),
  },
];
