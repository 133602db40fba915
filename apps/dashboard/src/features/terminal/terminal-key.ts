export interface Key {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** Keys that the page handles even while a shell has the focus: switching between the dock's tabs, and hiding it. */
const PAGE_KEYS = new Set(['PageUp', 'PageDown', '`', '~']);

/**
 * Who handles a key. On Apple keyboards ⌘ is never for the shell. Elsewhere Ctrl is, except with Shift, and except for what
 * everyone's fingers do: Ctrl-V pastes, and Ctrl-C copies while text is selected.
 */
export function terminalKey(
  event: Key,
  { apple, selected }: { apple: boolean; selected: boolean },
): 'shell' | 'copy' | 'paste' | 'search' | 'page' {
  if (event.altKey) return 'shell';
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const command = apple ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  const ours = command && (apple || event.shiftKey);
  if (key === 'c' && (ours || (command && selected))) return 'copy';
  if (key === 'v' && command) return 'paste';
  if (key === 'f' && ours) return 'search';
  if (event.ctrlKey && PAGE_KEYS.has(key) && (event.shiftKey || key === '`')) return 'page';
  return apple && event.metaKey ? 'page' : 'shell';
}
