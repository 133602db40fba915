const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * The value with each other last character that base64url has. Where the value ends with 32 encoded bytes, the last character
 * has two unused bits, so some of these decode to the same bytes.
 */
export function withOtherLastCharacter(value: string): string[] {
  return [...base64url].map((last) => `${value.slice(0, -1)}${last}`).filter((other) => other !== value);
}
