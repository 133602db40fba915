import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { readBase64url } from './base64url.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

it('accepts only the canonical encoding of 32 bytes, of four that Node decodes alike', () => {
  for (let round = 0; round < 64; round += 1) {
    const bytes = randomBytes(32);
    const text = bytes.toString('base64url');
    const alike = [...alphabet]
      .map((last) => `${text.slice(0, -1)}${last}`)
      .filter((other) => Buffer.from(other, 'base64url').equals(bytes));
    expect(alike).toHaveLength(4);
    expect(alike.filter((other) => readBase64url(other, 32) !== null)).toEqual([text]);
    expect(readBase64url(text, 32)).toEqual(bytes);
  }
});

it('rejects other lengths, padding, other alphabets and extra characters', () => {
  const text = Buffer.alloc(32, 0xfb).toString('base64url');
  for (const wrong of [
    '',
    'A',
    text.slice(1),
    `${text}A`,
    `${text}=`,
    text.replaceAll('-', '+').replaceAll('_', '/'),
    ` ${text}`,
    `${text}\n`,
    `${text.slice(0, 9)}\u0000${text.slice(9)}`,
  ])
    expect(readBase64url(wrong, 32), wrong).toBeNull();
});
