/** Control, format and bidirectional characters: a name from a server must not write to the terminal what it likes. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text of foreign origin, fit for a terminal: what could steer it is shown as an escape. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
