import type { SessionKind } from '@postern/contracts';

/** Display names of the kinds of sessions. */
export const kindNames: Record<SessionKind, string> = {
  exec: 'Exec',
  attach: 'Attach',
  'port-forward': 'Port forward',
  terminal: 'Terminal',
};
