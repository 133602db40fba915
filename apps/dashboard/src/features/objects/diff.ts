export interface DiffLine {
  kind: 'same' | 'added' | 'removed';
  text: string;
  /** Line numbers from 1, before and after; undefined on the side without this line. */
  before: number | undefined;
  after: number | undefined;
}

/** With more cells than this, the middle is shown as one replacement, because comparing it would block the page. */
const MOST_CELLS = 4_000_000;

/** The changes between two texts, by line, from their longest common subsequence. */
export function diffLines(before: string, after: string): DiffLine[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const lines: DiffLine[] = [];
  let [x, y] = [0, 0];
  const same = (text: string) => lines.push({ kind: 'same', text, before: ++x, after: ++y });
  const removed = (text: string) => lines.push({ kind: 'removed', text, before: ++x, after: undefined });
  const added = (text: string) => lines.push({ kind: 'added', text, before: undefined, after: ++y });
  for (const text of a.slice(0, start)) same(text);
  for (const step of middle(a.slice(start, a.length - end), b.slice(start, b.length - end))) {
    if (step.kind === 'same') same(step.text);
    else if (step.kind === 'removed') removed(step.text);
    else added(step.text);
  }
  for (const text of a.slice(a.length - end)) same(text);
  return lines;
}

function middle(a: readonly string[], b: readonly string[]): { kind: DiffLine['kind']; text: string }[] {
  const all = (lines: readonly string[], kind: DiffLine['kind']) => lines.map((text) => ({ kind, text }));
  if (a.length * b.length > MOST_CELLS || a.length === 0 || b.length === 0)
    return [...all(a, 'removed'), ...all(b, 'added')];
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => longest[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const steps: { kind: DiffLine['kind']; text: string }[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      steps.push({ kind: 'same', text: a[i] ?? '' });
      i++;
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) steps.push({ kind: 'removed', text: a[i++] ?? '' });
    else steps.push({ kind: 'added', text: b[j++] ?? '' });
  }
  return [...steps, ...all(a.slice(i), 'removed'), ...all(b.slice(j), 'added')];
}

/** A part of a diff to show, or the number of unchanged lines left out. */
export type Hunk = { type: 'lines'; lines: readonly DiffLine[] } | { type: 'gap'; count: number };

/** Leaves out lines that are far from any change. `context`: how many unchanged lines to keep around each change. */
export function hunksOf(lines: readonly DiffLine[], context: number): Hunk[] {
  const keep = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(({ kind }) => kind !== 'same'),
  );
  const hunks: Hunk[] = [];
  for (const [index, line] of lines.entries()) {
    const last = hunks.at(-1);
    if (keep[index]) {
      if (last?.type === 'lines') last.lines = [...last.lines, line];
      else hunks.push({ type: 'lines', lines: [line] });
    } else if (last?.type === 'gap') last.count++;
    else hunks.push({ type: 'gap', count: 1 });
  }
  return hunks;
}
