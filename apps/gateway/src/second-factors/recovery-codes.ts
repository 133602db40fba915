import { createHash, randomBytes } from 'node:crypto';

const count = 10;
/** Crockford's base 32: no I, L, O or U, which are read as other characters. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 16 characters, 80 bits: too many to guess, so a plain hash is enough. */
const length = 16;

/** Ten new codes, as people see them: `AB12-CD34-EF56-GH78`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: count }, () =>
    // 256 is a multiple of 32, so every character is equally likely.
    [...randomBytes(length)]
      .map((byte) => alphabet[byte % alphabet.length])
      .join('')
      .replace(/(.{4})(?=.)/g, '$1-'),
  );
}

/** What is stored of a code, however it is typed: in lower case, without dashes, or with letters for the digits they resemble. */
export function hashRecoveryCode(code: string): Buffer<ArrayBuffer> {
  const canonical = code.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return createHash('sha256').update(canonical).digest() as Buffer<ArrayBuffer>;
}
