import type { LogLine } from './log-line.ts';

/** The places of a term in a text, ignoring case, as `[from, to)` pairs. */
export function findAll(text: string, term: string): [from: number, to: number][] {
  if (term === '') return [];
  const found: [number, number][] = [];
  const [where, what] = [text.toLowerCase(), term.toLowerCase()];
  // Case folding can change a text's length (İ); positions would then be wrong, so nothing is marked.
  if (where.length !== text.length) return [];
  for (let at = where.indexOf(what); at !== -1; at = where.indexOf(what, at + what.length))
    found.push([at, at + what.length]);
  return found;
}

/** Indices of the lines that contain the term. */
export function matchingLines(lines: readonly LogLine[], term: string): number[] {
  const wanted = term.toLowerCase();
  return wanted === '' ? [] : lines.flatMap((line, index) => (line.text.toLowerCase().includes(wanted) ? index : []));
}
