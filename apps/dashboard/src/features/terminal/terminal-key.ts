export interface Key {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** Keys that the page handles even while a shell has the focus: switching between the dock's tabs, and hiding it. */
const PAGE_KEYS = new Set(['PageUp', 'PageDown', '`', '~']);

/** Who handles a key. On Apple keyboards ⌘ is never for the shell; elsewhere Ctrl is, except with Shift. */
export function terminalKey(event: Key, apple: boolean): 'shell' | 'copy' | 'paste' | 'search' | 'page' {
  if (event.altKey) return 'shell';
  const ours = apple ? event.metaKey && !event.ctrlKey : event.ctrlKey && event.shiftKey && !event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (ours && key === 'c') return 'copy';
  if (ours && key === 'v') return 'paste';
  if (ours && key === 'f') return 'search';
  if (event.ctrlKey && PAGE_KEYS.has(key) && (event.shiftKey || key === '`')) return 'page';
  return apple && event.metaKey ? 'page' : 'shell';
}
