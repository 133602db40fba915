import { createHash, randomInt } from 'node:crypto';
import type { LocalOptions } from './options.ts';
import { isLoopback } from './ports.ts';

/** Crockford's base 32: without I, L, O and U, which are easily misread. Five bits per character. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const GROUPS = 4;
const GROUP = 4;

/** A code for creating the first account: 80 random bits, in groups that are easy to read: `7K3M-Q2XT-9FHB-C4WN`. */
export function makeSetupCode(): string {
  const group = () => Array.from({ length: GROUP }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

/** The hash passed to the gateway: SHA-256 of the code without its dashes, hex. */
export function hashOfSetupCode(code: string): string {
  return createHash('sha256').update(code.replaceAll('-', '')).digest('hex');
}

/** Whether somebody on another machine could create the first account. */
export function isOpenToOthers({ listen, publicUrl }: Pick<LocalOptions, 'listen' | 'publicUrl'>): boolean {
  return !isLoopback(listen) || !isLoopback(new URL(publicUrl).hostname.replace(/^\[|\]$/g, ''));
}
