/** A key press; a KeyboardEvent is compatible. */
export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/**
 * The name of a key press: modifiers `mod` (⌘ on Apple, Ctrl elsewhere), `ctrl` (Apple only), `alt`, `shift`, then the key,
 * joined by `+`, e.g. `mod+k`, `shift+g`, `?`, `escape`. Punctuation omits `shift`, because the keys for it depend on the
 * layout.
 */
export function chordOf(press: KeyPress, apple: boolean): string {
  const key = press.key === ' ' ? 'space' : press.key.toLowerCase();
  const sign = key.length === 1 && key.toUpperCase() === key && !/[0-9]/.test(key);
  const parts: string[] = [];
  if (apple ? press.metaKey : press.ctrlKey) parts.push('mod');
  if (apple && press.ctrlKey) parts.push('ctrl');
  if (press.altKey) parts.push('alt');
  if (press.shiftKey && !sign) parts.push('shift');
  parts.push(key);
  return parts.join('+');
}

/** Whether the keyboard has a command key. */
export function isApple(): boolean {
  return typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);
}
