/** A chord in the format of `aria-keyshortcuts`: `mod+k` is `Control+K Meta+K`, because it means either. */
export function ariaKeys(chord: string | undefined): string | undefined {
  if (chord === undefined) return undefined;
  const spell = (mod: string) =>
    chord
      .split('+')
      .map((part) =>
        part === 'mod' ? mod : part === 'ctrl' ? 'Control' : part.charAt(0).toUpperCase() + part.slice(1),
      )
      .join('+');
  return chord.split('+').includes('mod') ? `${spell('Control')} ${spell('Meta')}` : spell('');
}
