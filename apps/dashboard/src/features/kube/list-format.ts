import { JSON_ONLY, METADATA, METADATA_LIST, TABLE } from './accept.ts';
import type { QueryParams } from './cluster-ref.ts';
import { type FieldMask, keepFields } from './fields.ts';
import { asObject, type KubeObject, objectKey } from './kube-object.ts';
import { type ParsedPage, readObjectList } from './list-bytes.ts';
import { parseList } from './list-parser.ts';
import { text } from './read.ts';
import { changedRow, type Row, readTable } from './table-rows.ts';

/** How the objects of a list are requested, and what is kept of each. */
export interface ListFormat<T> {
  /** Formats with the same name must be identical. */
  name: string;
  accept: { list: string; watch: string };
  params: QueryParams;
  readPage: (bytes: ArrayBuffer) => Promise<ParsedPage<T>>;
  /** Parses the object of a watch event; a table may contain several rows, usually one. */
  readEvent: (object: unknown) => { items: readonly T[]; resourceVersion: string };
  key: (item: T) => string;
  /** Changes whenever the object does; empty if unknown. */
  version: (item: T) => string;
  /** The item to keep when `item` is added or replaces `before`; default: `item` itself. */
  replace?: (before: T | undefined, item: T, how: { live: boolean }) => T;
}

/** Server-side tables: the cluster determines the columns, so that every kind has some. */
export const tableRows: ListFormat<Row> = rowFormat('table');

/** The same, with some fields of each object's metadata. Much smaller than the objects themselves. */
export const rowsWithMetadata = (mask: FieldMask): ListFormat<Row> => rowFormat(`table ${JSON.stringify(mask)}`, mask);

function rowFormat(name: string, metadata?: FieldMask): ListFormat<Row> {
  return {
    name,
    accept: { list: TABLE, watch: TABLE },
    params: { includeObject: 'Metadata' },
    readPage: (bytes) =>
      parseList({ bytes, at: Date.now(), reading: { as: 'table', ...(metadata !== undefined && { metadata }) } }),
    readEvent: (object) => {
      const { rows, resourceVersion } = readTable(object, Date.now(), metadata);
      return { items: rows, resourceVersion: resourceVersion || (rows.at(-1)?.resourceVersion ?? '') };
    },
    key: ({ key }) => key,
    version: ({ resourceVersion }) => resourceVersion,
    replace: changedRow,
  };
}

const objects = {
  key: objectKey,
  version: ({ metadata }: KubeObject) => text(metadata, 'resourceVersion') ?? '',
};

/** Whole objects; for small lists. */
export const wholeObjects: ListFormat<KubeObject> = {
  ...objects,
  name: 'objects',
  accept: { list: JSON_ONLY, watch: JSON_ONLY },
  params: {},
  readPage: async (bytes) => readObjectList(JSON.parse(new TextDecoder().decode(bytes))),
  readEvent: (object) => eventOf(asObject(object)),
};

const IDENTITY = { uid: true, name: true, namespace: true, resourceVersion: true } as const;

/**
 * Some fields of each object; for large lists. `metadata` always includes what identifies the object. `T` is what the caller
 * reads; the cluster guarantees nothing.
 */
export function objectFields<T>(mask: FieldMask): ListFormat<T> {
  return fieldsFormat<T>(mask, { list: JSON_ONLY, watch: JSON_ONLY });
}

/** Some fields of the metadata; the cluster does not send anything else. `T` as for `objectFields`. */
export function metadataFields<T>(mask: FieldMask): ListFormat<T> {
  return fieldsFormat<T>({ metadata: mask }, { list: METADATA_LIST, watch: METADATA });
}

function fieldsFormat<T>(mask: FieldMask, accept: ListFormat<T>['accept']): ListFormat<T> {
  const { metadata = {} } = mask;
  const keep: FieldMask = { ...mask, metadata: metadata === true ? true : { ...metadata, ...IDENTITY } };
  const format: ListFormat<KubeObject> = {
    ...objects,
    name: `${accept.list} ${JSON.stringify(keep)}`,
    accept,
    params: {},
    readPage: (bytes) => parseList({ bytes, at: Date.now(), reading: { as: 'objects', keep } }),
    readEvent: (object) => eventOf(asObject(keepFields(object, keep))),
  };
  return format as unknown as ListFormat<T>;
}

function eventOf(item: KubeObject) {
  return { items: [item], resourceVersion: text(item.metadata, 'resourceVersion') ?? '' };
}
