import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Keys } from './keys.ts';
import { Sealed } from './sealed.ts';

const keys = new Keys(randomBytes(32));
const sealed = new Sealed(keys);
const secret = Buffer.from('JBSWY3DPEHPK3PXP');

describe('a sealed secret', () => {
  it('is opened for its row, by a gateway with the same secret', () => {
    const box = sealed.seal('row', secret);
    expect(sealed.open('row', box)).toEqual(secret);
    expect(new Sealed(keys).open('row', box)).toEqual(secret);
    expect(sealed.open('row', sealed.seal('row', Buffer.alloc(0)))).toEqual(Buffer.alloc(0));
  });

  it('does not contain the secret, and is different each time', () => {
    const [one, other] = [sealed.seal('row', secret), sealed.seal('row', secret)];
    expect(one.includes(secret)).toBe(false);
    expect(one.equals(other)).toBe(false);
  });

  it('is not opened for another row, with another key, or when any byte was changed', () => {
    const box = sealed.seal('row', secret);
    expect(sealed.open('other', box)).toBeNull();
    expect(new Sealed(new Keys(randomBytes(32))).open('row', box)).toBeNull();
    for (let at = 0; at < box.byteLength; at += 1) {
      const changed = Buffer.from(box);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(sealed.open('row', changed), String(at)).toBeNull();
      expect(sealed.open('row', box.subarray(0, at)), String(at)).toBeNull();
    }
  });
});
