import { type FieldMask, keepFields } from './fields.ts';
import { asObject, type KubeObject } from './kube-object.ts';
import type { ListPage } from './list-watch.ts';
import { list, number, text } from './read.ts';
import { type Column, readTable } from './table-rows.ts';

/** What is to be read out of a list's bytes: the rows of a server-side table, or some fields of each object. */
type Reading = { as: 'table' } | { as: 'objects'; keep: FieldMask };

/** What goes to the worker, and what comes back. */
export interface ParseOrder {
  id: number;
  bytes: ArrayBuffer;
  /** When they were received, in milliseconds since 1970. */
  at: number;
  reading: Reading;
}
export type ParseAnswer = { id: number; page: ParsedPage<unknown> } | { id: number; error: string };

/** A page of a list; with columns, where it is a table. */
export interface ParsedPage<T> extends ListPage<T> {
  columns: readonly Column[];
}

/** Reads the bytes of an answer. @throws SyntaxError when they are no JSON. */
export function parseListBytes({ bytes, at, reading }: Omit<ParseOrder, 'id'>): ParsedPage<unknown> {
  const body: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (reading.as === 'objects') return readObjectList(body, reading.keep);
  const { rows, ...page } = readTable(body, at);
  return { ...page, items: rows };
}

/** A list leaves `apiVersion` and `kind` out of its items, for they stand in its own. `keep`: only these fields of each. */
export function readObjectList(body: unknown, keep?: FieldMask): ParsedPage<KubeObject> {
  const kind = text(body, 'kind')?.replace(/List$/, '');
  const apiVersion = text(body, 'apiVersion');
  return {
    items: list(body, 'items').map((item) =>
      keep === undefined ? { apiVersion, kind, ...asObject(item) } : asObject(keepFields(item, keep)),
    ),
    resourceVersion: text(body, 'metadata', 'resourceVersion') ?? '',
    next: text(body, 'metadata', 'continue') ?? '',
    remaining: number(body, 'metadata', 'remainingItemCount'),
    columns: [],
  };
}
