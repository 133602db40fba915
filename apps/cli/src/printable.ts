/** Control, format and bidirectional characters, with which a name from a server could manipulate the terminal. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Makes untrusted text safe for a terminal: unprintable characters are shown as escapes. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
