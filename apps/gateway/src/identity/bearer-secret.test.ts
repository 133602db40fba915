import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSecretOf, makeSecret, readBearerSecret } from './bearer-secret.ts';

describe('a bearer secret', () => {
  it('can be read back', () => {
    for (let count = 0; count < 200; count += 1) {
      const id = randomUUID();
      const { text, hash, hint } = makeSecret();
      const read = readBearerSecret('postern', text('postern', id));
      expect(read?.id).toBe(id);
      expect(hint).toBe(read?.secret.slice(0, 6));
      expect(isSecretOf(read?.secret ?? '', hash)).toBe(true);
      expect(readBearerSecret('postern_join', text('postern', id))).toBeNull();
      expect(readBearerSecret('postern', text('postern_join', id))).toBeNull();
    }
  });

  it('reads as null from any other text', () => {
    fc.assert(fc.property(fc.string({ maxLength: 120 }), (text) => readBearerSecret('postern', text) === null));
    const id = randomUUID();
    const right = makeSecret().text('postern', id);
    for (const wrong of [`${right}\n`, ` ${right}`, right.replace('postern', 'Postern'), right.slice(0, -1)])
      expect(readBearerSecret('postern', wrong)).toBeNull();
  });

  it('matches no other secret, and no hash of another length', () => {
    const { hash } = makeSecret();
    expect(isSecretOf('', hash)).toBe(false);
    expect(isSecretOf('x', hash.subarray(1))).toBe(false);
    expect(isSecretOf('x', new Uint8Array())).toBe(false);
  });
});

it('has one encoding: other spare bits in the last character are refused, for every prefix', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  for (const prefix of ['postern', 'postern_join'] as const) {
    const right = makeSecret().text(prefix, randomUUID());
    const bytes = (text: string): string => Buffer.from(text.slice(-43), 'base64url').toString('hex');
    const alike = [...alphabet]
      .map((last) => `${right.slice(0, -1)}${last}`)
      .filter((text) => bytes(text) === bytes(right));
    expect(alike).toHaveLength(4);
    expect(alike.filter((text) => readBearerSecret(prefix, text) !== null)).toEqual([right]);
  }
});
