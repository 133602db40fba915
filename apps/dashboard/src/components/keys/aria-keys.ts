/** A chord as `aria-keyshortcuts` spells it: `mod+k` is `Control+K Meta+K`, for either is meant by it. */
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
