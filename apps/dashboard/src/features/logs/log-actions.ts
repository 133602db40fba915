import { Download } from 'lucide-react';
import type { Action } from '#features/actions/action.ts';

/** The context of actions on a log. */
export interface LogContext {
  /** What it is the log of. */
  title: string;
  /** Number of containers that it shows. */
  containers: number;
  /** Number of lines shown. */
  lines: number;
  downloadAll: () => void;
  saveShown: () => void;
}

const log = { group: 'dock', icon: Download, note: ({ title }: LogContext) => title } as const;

/** Actions to download a log. */
export const downloadActions: readonly Action<LogContext>[] = [
  {
    ...log,
    id: 'logs.download',
    label: ({ containers }) =>
      containers > 1 ? 'Download the full logs kept by the nodes' : 'Download the full log kept by the node',
    enabled: ({ containers }) => containers > 0,
    run: ({ downloadAll }) => downloadAll(),
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
