import type { LogLine } from './log-line.ts';

/** Where a term stands in a text, without regard to case; `[from, to)` pairs. */
export function findAll(text: string, term: string): [from: number, to: number][] {
  if (term === '') return [];
  const found: [number, number][] = [];
  const [where, what] = [text.toLowerCase(), term.toLowerCase()];
  // Folding can change a text's length (İ); then positions would lie, and nothing is marked.
  if (where.length !== text.length) return [];
  for (let at = where.indexOf(what); at !== -1; at = where.indexOf(what, at + what.length))
    found.push([at, at + what.length]);
  return found;
}

/** Indices of the lines that hold the term. */
export function matchingLines(lines: readonly LogLine[], term: string): number[] {
  const wanted = term.toLowerCase();
  return wanted === '' ? [] : lines.flatMap((line, index) => (line.text.toLowerCase().includes(wanted) ? index : []));
}
