const LARGEST = 32 * 1024;

/** Formats a line that is a JSON object; undefined for any other line. */
export function unfoldJson(text: string): string | undefined {
  if (!looksLikeJson(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return undefined;
  }
}

/** Whether a line may be a JSON object; cheap enough to call for every visible line. */
export function looksLikeJson(text: string): boolean {
  return text.startsWith('{"') && text.length <= LARGEST && text.trimEnd().endsWith('}');
}
