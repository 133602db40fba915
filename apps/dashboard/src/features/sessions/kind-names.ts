import type { SessionKind } from '@postern/contracts';

/** Kinds of sessions as people call them. */
export const kindNames: Record<SessionKind, string> = {
  exec: 'Exec',
  attach: 'Attach',
  'port-forward': 'Port forward',
  terminal: 'Terminal',
};
