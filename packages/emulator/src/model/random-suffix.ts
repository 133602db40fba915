import { randomInt } from 'node:crypto';

/** The letters of k8s.io/apimachinery/pkg/util/rand: no vowels and nothing that looks like another. */
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** Characters as generated names end with. */
export function randomSuffix(length: number): string {
  return Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}

/** A stable suffix for a text, in the same letters. */
export function hashSuffix(text: string, length: number): string {
  let hash = 2_166_136_261n;
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 1_099_511_628_211n);
  let suffix = '';
  for (let rest = hash; suffix.length < length; rest = rest / 27n + 7n) suffix += LETTERS[Number(rest % 27n)];
  return suffix;
}
