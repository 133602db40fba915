import { type FieldMask, keepFields } from './fields.ts';
import { asObject, type KubeObject } from './kube-object.ts';
import type { ListPage } from './list-watch.ts';
import { list, number, text } from './read.ts';
import { type Column, readTable } from './table-rows.ts';

/** What to read from a list's bytes: the rows of a server-side table, perhaps with some fields of each object's metadata, or some fields of each object. */
type Reading = { as: 'table'; metadata?: FieldMask } | { as: 'objects'; keep: FieldMask };

/** Messages to and from the worker. */
export interface ParseOrder {
  id: number;
  bytes: ArrayBuffer;
  /** When the bytes were received, in milliseconds since 1970. */
  at: number;
  reading: Reading;
}
export type ParseAnswer = { id: number; page: ParsedPage<unknown> } | { id: number; error: string };

/** A page of a list, with columns if it is a table. */
export interface ParsedPage<T> extends ListPage<T> {
  columns: readonly Column[];
}

/** Parses the bytes of a response. @throws SyntaxError if they are not JSON. */
export function parseListBytes({ bytes, at, reading }: Omit<ParseOrder, 'id'>): ParsedPage<unknown> {
  const body: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (reading.as === 'objects') return readObjectList(body, reading.keep);
  const { rows, ...page } = readTable(body, at, reading.metadata);
  return { ...page, items: rows };
}

/** Adds `apiVersion` and `kind` to the items, which a list omits. `keep`: only these fields of each. */
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
