import { looksLikeJson } from './json-line.ts';

/** `key=value`, as Go programs log: the value may be in quotes. */
const LOGFMT = /(?:^|\s)([\w.@/-]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g;

/**
 * The value of a field of a line that is a JSON object or logfmt, as text; undefined if the line has no such field. Dots
 * lead into objects: `http.status`; a key that contains the dots itself takes precedence.
 */
export function fieldOf(text: string, key: string): string | undefined {
  if (!looksLikeJson(text)) {
    for (const [, name, quoted, bare] of text.matchAll(LOGFMT)) if (name === key) return quoted ?? bare;
    return undefined;
  }
  try {
    return written(valueAt(JSON.parse(text), key));
  } catch {
    return undefined;
  }
}

function valueAt(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.hasOwn(value, key)) return (value as Record<string, unknown>)[key];
  const dot = key.indexOf('.');
  if (dot === -1 || !Object.hasOwn(value, key.slice(0, dot))) return undefined;
  return valueAt((value as Record<string, unknown>)[key.slice(0, dot)], key.slice(dot + 1));
}

function written(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
