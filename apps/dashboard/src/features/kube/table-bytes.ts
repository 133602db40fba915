import { readTable, type TablePage } from './table-rows.ts';

/** What goes to the worker, and what comes back. */
export interface ParseOrder {
  id: number;
  bytes: ArrayBuffer;
  /** When they were received, in milliseconds since 1970. */
  at: number;
}
export type ParseAnswer = { id: number; page: TablePage } | { id: number; error: string };

/** Reads the bytes of an answer as a Table. @throws SyntaxError when they are no JSON. */
export function parseTableBytes(bytes: ArrayBuffer, at: number): TablePage {
  return readTable(JSON.parse(new TextDecoder().decode(bytes)), at);
}
