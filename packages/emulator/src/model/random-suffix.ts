import { randomInt } from 'node:crypto';

/** The letters of k8s.io/apimachinery/pkg/util/rand: no vowels, and none that look alike. */
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** A random suffix like that of generated names. */
export function randomSuffix(length: number): string {
  return Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}

/** A stable suffix for a value, in the same letters; the order of keys does not matter. */
export function hashSuffix(value: unknown, length: number): string {
  const text = JSON.stringify(value, inKeyOrder);
  let hash = 2_166_136_261n;
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 1_099_511_628_211n);
  let suffix = '';
  for (let rest = hash; suffix.length < length; rest = rest / 27n + 7n) suffix += LETTERS[Number(rest % 27n)];
  return suffix;
}

function inKeyOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
