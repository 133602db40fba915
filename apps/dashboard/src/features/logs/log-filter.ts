import { fieldOf } from './log-fields.ts';
import type { LogLine } from './log-line.ts';
import { isAtLeast, type SeverityFloor } from './severity.ts';

/** Tells whether a line is shown. */
export type LineTest = (line: LogLine) => boolean;

/** A term: a word, a quoted phrase, or a field with an operator; a minus sign before it excludes. */
const TERM = /(-)?(?:([\w.@/-]+?)(!=|=|~)("[^"]*"|\S*)|("[^"]*"|\S+))/g;

/**
 * Parses what people type to filter lines. All terms must apply: `timeout` and `"two words"` occur in the text, `-probe` does not;
 * `level=error`, `level!=info` and `msg~refused` (contains) read a field of JSON or logfmt lines. Case is ignored.
 *
 * @returns undefined if every line passes.
 */
export function parseFilter(typed: string, floor: SeverityFloor): LineTest | undefined {
  const tests: LineTest[] = [];
  if (floor !== 'all') tests.push(({ severity }) => isAtLeast(severity, floor));
  for (const [, minus, key, operator, value, word] of typed.trim().matchAll(TERM)) {
    const test =
      key === undefined ? contains(unquote(word ?? '')) : fieldTest(key, operator ?? '=', unquote(value ?? ''));
    if (test !== undefined) tests.push(minus === undefined ? test : (line) => !test(line));
  }
  if (tests.length === 0) return undefined;
  return (line) => line.seam === true || tests.every((test) => test(line));
}

function contains(word: string): LineTest | undefined {
  if (word === '') return undefined;
  const pattern = ignoringCase(word);
  return ({ text }) => pattern.test(text);
}

function fieldTest(key: string, operator: string, value: string): LineTest {
  // Parsing JSON is expensive: only lines that contain key and value at all are parsed.
  const [hasKey, hasValue] = [ignoringCase(key.split('.').at(-1) ?? key), ignoringCase(value)];
  const wanted = value.toLowerCase();
  const matches: LineTest = ({ text }) => {
    if (!hasKey.test(text) || !hasValue.test(text)) return false;
    const found = fieldOf(text, key)?.toLowerCase();
    return operator === '~' ? found?.includes(wanted) === true : found === wanted;
  };
  return operator === '!=' ? (line) => !matches(line) : matches;
}

/** Searches without changing the text, which is faster than comparing lower case and keeps positions. */
export function ignoringCase(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i');
}

function unquote(text: string): string {
  return text.startsWith('"') ? text.slice(1, text.endsWith('"') && text.length > 1 ? -1 : undefined) : text;
}
