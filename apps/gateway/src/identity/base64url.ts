/**
 * Decodes base64url without padding; null if the number of bytes is different, or the text is not the canonical encoding of the
 * bytes. If the bits do not fill the last character (32 bytes leave two unused), Node decodes four texts to the same bytes; a
 * secret has only one spelling (RFC 4648, 3.5).
 */
export function readBase64url(text: string, byteLength: number): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.byteLength === byteLength && bytes.toString('base64url') === text ? bytes : null;
}
