import { ignoringCase } from './log-filter.ts';

/** The places of a term in a text, ignoring case, as `[from, to)` pairs. */
export function findAll(text: string, term: string): [from: number, to: number][] {
  if (term === '') return [];
  const pattern = new RegExp(ignoringCase(term), 'gi');
  return [...text.matchAll(pattern)].map(({ 0: found, index }) => [index, index + found.length]);
}
