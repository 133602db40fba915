/**
 * Text from the clipboard without control characters other than tabs and line ends. An escape sequence in it could end a
 * bracketed paste, after which the shell would run the rest.
 */
export function pastedText(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => (/[\t\r\n]/.test(character) ? character : ''));
}
