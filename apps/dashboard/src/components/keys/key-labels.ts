import { isApple } from './chord.ts';

const names: Record<string, string> = {
  escape: 'Esc',
  enter: '↵',
  arrowup: '↑',
  arrowdown: '↓',
  arrowleft: '←',
  arrowright: '→',
  backspace: '⌫',
  delete: 'Del',
  space: 'Space',
};

/** A chord for display: `⌘K` on Apple keyboards, `Ctrl K` elsewhere. */
export function keyLabels(chord: string): string {
  const apple = isApple();
  const modifiers: Record<string, string> = apple
    ? { mod: '⌘', ctrl: '⌃', alt: '⌥', shift: '⇧' }
    : { mod: 'Ctrl', alt: 'Alt', shift: 'Shift' };
  const words = chord
    .split('+')
    .map(
      (part) => modifiers[part] ?? names[part] ?? (part.length === 1 && chord.length > 1 ? part.toUpperCase() : part),
    );
  return words.join(apple ? '' : ' ');
}
