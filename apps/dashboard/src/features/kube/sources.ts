import { type ApiResource, can, resourcePath } from './api-resource.ts';
import type { ClusterRef, QueryParams } from './cluster-ref.ts';
import { kubeFetch } from './kube-fetch.ts';
import type { ListPage, Source, WatchChange } from './list-watch.ts';
import { list, number, record, text } from './read.ts';
import { parseTable } from './table-parser.ts';
import { type Column, type Row, readTable } from './table-rows.ts';
import { openWatch, type WatchEvent } from './watch.ts';

export interface Selection {
  ref: ClusterRef;
  resource: ApiResource;
  /** Empty: all of them. */
  namespace: string;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
}

/** `metadata.name` and all else that is needed of an object. */
export interface KubeObject {
  metadata: Record<string, unknown>;
  [field: string]: unknown;
}

const TABLE = 'application/json;as=Table;g=meta.k8s.io;v=v1, application/json';
const PAGE = 500;

function paramsOf({ labelSelector, fieldSelector }: Selection): QueryParams {
  return { labelSelector, fieldSelector };
}

/** Server-side tables: the cluster chooses the columns, so that every kind has some. */
export function tableSource(selection: Selection, onColumns: (columns: readonly Column[]) => void): Source<Row> {
  const { ref, resource, namespace } = selection;
  const path = resourcePath(resource, { namespace });
  const params = { ...paramsOf(selection), includeObject: 'Metadata' };
  return {
    key: ({ key }) => key,
    list: async (next, signal) => {
      const response = await kubeFetch(ref, path, {
        params: { ...params, limit: PAGE, continue: next === '' ? undefined : next },
        accept: TABLE,
        signal,
      });
      const page = await parseTable(await response.arrayBuffer(), Date.now());
      onColumns(page.columns);
      return { ...page, items: page.rows };
    },
    watch: can(resource, 'watch')
      ? async (resourceVersion, signal) =>
          rowChanges(await openWatch(ref, { path, params: { ...params, resourceVersion }, accept: TABLE, signal }))
      : undefined,
  };
}

async function* rowChanges(events: AsyncIterable<WatchEvent>): AsyncGenerator<WatchChange<Row>> {
  for await (const { type, object } of events) {
    const { rows, resourceVersion } = readTable(object, Date.now());
    const newest = rows.at(-1)?.resourceVersion ?? '';
    if (type === 'BOOKMARK') yield { type: 'bookmark', resourceVersion: resourceVersion || newest };
    else {
      for (const row of rows) {
        if (type === 'DELETED') yield { type: 'remove', key: row.key, resourceVersion: row.resourceVersion };
        else yield { type: 'put', item: row, resourceVersion: row.resourceVersion };
      }
    }
  }
}

export const objectKey = (object: KubeObject): string =>
  text(object.metadata, 'uid') ?? `${text(object.metadata, 'namespace') ?? ''}/${text(object.metadata, 'name') ?? ''}`;

/** Whole objects; for few of them. */
export function objectSource(selection: Selection): Source<KubeObject> {
  const { ref, resource, namespace } = selection;
  const path = resourcePath(resource, { namespace });
  const params = paramsOf(selection);
  return {
    key: objectKey,
    list: async (next, signal) => {
      const response = await kubeFetch(ref, path, {
        params: { ...params, limit: PAGE, continue: next === '' ? undefined : next },
        signal,
      });
      return readList(await response.json());
    },
    watch: can(resource, 'watch')
      ? async (resourceVersion, signal) =>
          objectChanges(
            await openWatch(ref, { path, params: { ...params, resourceVersion }, accept: 'application/json', signal }),
          )
      : undefined,
  };
}

/** A list leaves `apiVersion` and `kind` out of its items, for they stand in its own. */
function readList(body: unknown): ListPage<KubeObject> {
  const kind = text(body, 'kind')?.replace(/List$/, '');
  const apiVersion = text(body, 'apiVersion');
  return {
    items: list(body, 'items').map((item) => ({ apiVersion, kind, ...asObject(item) })),
    resourceVersion: text(body, 'metadata', 'resourceVersion') ?? '',
    next: text(body, 'metadata', 'continue') ?? '',
    remaining: number(body, 'metadata', 'remainingItemCount'),
  };
}

/** Takes JSON for an object; `metadata` is there afterwards, whatever was sent. */
export function asObject(value: unknown): KubeObject {
  return { ...record(value), metadata: record(value, 'metadata') };
}

async function* objectChanges(events: AsyncIterable<WatchEvent>): AsyncGenerator<WatchChange<KubeObject>> {
  for await (const { type, object } of events) {
    const item = asObject(object);
    const resourceVersion = text(item.metadata, 'resourceVersion') ?? '';
    if (type === 'BOOKMARK') yield { type: 'bookmark', resourceVersion };
    else if (type === 'DELETED') yield { type: 'remove', key: objectKey(item), resourceVersion };
    else yield { type: 'put', item, resourceVersion };
  }
}
