import { expect } from 'vitest';

/** Expects each of the words somewhere in the text of an element. */
export function expectWords(element: HTMLElement, ...words: string[]): void {
  for (const word of words) expect(element.textContent).toContain(word);
}
