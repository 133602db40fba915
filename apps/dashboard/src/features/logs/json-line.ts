const LARGEST = 32 * 1024;

/** A line that is one JSON object, laid out for reading; undefined for any other. */
export function unfoldJson(text: string): string | undefined {
  if (!looksLikeJson(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return undefined;
  }
}

/** Cheap enough for every line in sight. */
export function looksLikeJson(text: string): boolean {
  return text.startsWith('{"') && text.length <= LARGEST && text.trimEnd().endsWith('}');
}
