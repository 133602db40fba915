/**
 * The bytes of a base64url text without padding; null when it stands for another number of bytes, or is not the one spelling
 * of them. Where the bits do not fill the last character (32 bytes leave two over) Node reads four spellings as the same
 * bytes; a secret has one (RFC 4648, 3.5).
 */
export function readBase64url(text: string, byteLength: number): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.byteLength === byteLength && bytes.toString('base64url') === text ? bytes : null;
}
