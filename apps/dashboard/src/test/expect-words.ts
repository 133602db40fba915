import { expect } from 'vitest';

/** What a person reads in an element, in any place of it. */
export function expectWords(element: HTMLElement, ...words: string[]): void {
  for (const word of words) expect(element.textContent).toContain(word);
}
