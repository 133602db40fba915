import { createHash } from 'node:crypto';
import type { AuditEvent } from './event.ts';

/** A position in a chain: the number of an entry, and its hash. */
export interface Link {
  seq: number;
  hash: Buffer;
}

/** An entry of the chain, as stored. */
export interface Entry extends Link {
  previous: Buffer;
  at: Date;
  /** The event in canonical form, made from what is stored. */
  content: string;
}

/** Before the first entry. */
export const origin: Link = { seq: 0, hash: Buffer.alloc(32) };

/**
 * The hash of an entry: SHA-256 of four lines (the hash before in hex, the organization's id, the entry's number, the event in
 * canonical form) without a final line break. docs/security.md shows how to compute it with a shell.
 */
export function entryHash(organizationId: string, previous: Link, content: string): Buffer {
  const lines = `${previous.hash.toString('hex')}\n${organizationId}\n${previous.seq + 1}\n${content}`;
  return createHash('sha256').update(lines).digest();
}

/** Why an entry is not what follows `previous`; undefined if it is. */
export function brokenLink(organizationId: string, previous: Link, entry: Entry): string | undefined {
  const expected = previous.seq + 1;
  if (entry.seq !== expected) return `entry ${expected} is missing; the next one is ${entry.seq}`;
  if (!entry.previous.equals(previous.hash)) return 'it does not follow the entry before it';
  if (!entry.hash.equals(entryHash(organizationId, previous, entry.content))) return 'it was changed';
  const { at } = JSON.parse(entry.content) as Pick<AuditEvent, 'at'>;
  return entry.at.toISOString() === at ? undefined : 'its time was changed';
}
