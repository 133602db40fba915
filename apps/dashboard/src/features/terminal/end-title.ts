/** A short title for why a terminal ended; the gateway's message has the details. Unknown codes are from a newer gateway. */
export function endTitle(code: string): string {
  return titles[code] ?? 'The terminal ended';
}

const titles: Record<string, string> = {
  exited: 'The shell has ended',
  'pod-gone': 'The pod is gone',
  'agent-offline': 'The cluster is offline',
  denied: 'You are not allowed to open a terminal here',
  forbidden: 'You are not allowed to open a terminal here',
  'not-found': 'Not found',
  'no-shell': 'No shell in this container',
  closed: 'The terminal was closed',
  revoked: 'Your access has ended',
  failed: 'The terminal failed',
  limit: 'A limit was reached',
  unattended: 'The terminal was left unattended',
  detached: 'This terminal is not shared any more',
  'gateway-stopped': 'The gateway was restarted',
};
