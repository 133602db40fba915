/**
 * Whether a text may contain the data of a Secret, and must not be stored. In doubt it does: it may be unfinished, or not even
 * be YAML yet.
 */
export const mayHoldSecret = (text: string): boolean =>
  /\bSecret\b|\bstringData\b/.test(text) || /\bkind["']?\s*:\s*["']?secret\b/i.test(text);
