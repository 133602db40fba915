import { ApiError } from '../http/api-error.ts';
import type { Link } from './chain.ts';

/** A position in the trail, for the next page. */
export function pageCursor(seq: number): string {
  return Buffer.from(String(seq)).toString('base64url');
}

/** @throws {ApiError} `invalid-request`. */
export function readPageCursor(cursor: string): number {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!/^\d{1,15}$/.test(text)) throw invalid();
  return Number(text);
}

/** Where a check of the chain goes on: the last entry that was checked, as it was then. */
export function linkCursor({ seq, hash }: Link): string {
  return `${pageCursor(seq)}.${hash.toString('base64url')}`;
}

/** @throws {ApiError} `invalid-request`. */
export function readLinkCursor(cursor: string): Link {
  const [seq = '', text = ''] = cursor.split('.');
  const hash = Buffer.from(text, 'base64url');
  if (hash.byteLength !== 32) throw invalid();
  return { seq: readPageCursor(seq), hash };
}

function invalid(): ApiError {
  return new ApiError('invalid-request', 'The cursor is not valid. Use the one that the previous page returned.', {
    fields: [{ path: 'cursor', message: 'Not a cursor' }],
  });
}
