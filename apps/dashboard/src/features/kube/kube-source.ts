import { type ApiResource, can, resourcePath } from './api-resource.ts';
import type { ClusterRef } from './cluster-ref.ts';
import { kubeFetch } from './kube-fetch.ts';
import type { ListFormat } from './list-format.ts';
import type { Source, WatchChange } from './list-watch.ts';
import { readPageBytes } from './page-bytes.ts';
import { PagesAhead } from './pages-ahead.ts';
import type { Column } from './table-rows.ts';
import { openWatch, type WatchEvent } from './watch.ts';

/** Selects objects of a kind. */
export interface Selection {
  ref: ClusterRef;
  resource: ApiResource;
  /** Empty for all namespaces. */
  namespace: string;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
}

/** Objects of the first page, which is to be there at once, and of those after it, which cost less each when they are larger. */
const FIRST_PAGE = 500;
const PAGE = 1000;

/** A source to list and watch objects of a cluster in a format. `onColumns` is called with the columns of a table. */
export function kubeSource<T>(
  selection: Selection,
  format: ListFormat<T>,
  onColumns: (columns: readonly Column[]) => void,
): Source<T> {
  const { ref, resource, namespace, labelSelector, fieldSelector } = selection;
  const path = resourcePath(resource, { namespace });
  const params = { labelSelector, fieldSelector, ...format.params };
  const limitOf = (token: string) => (token === '' ? FIRST_PAGE : PAGE);
  const pages = new PagesAhead(async (token, { signal, onNext }) => {
    const response = await kubeFetch(ref, path, {
      params: { ...params, limit: limitOf(token), continue: token === '' ? undefined : token },
      accept: format.accept.list,
      signal,
    });
    return await readPageBytes(response, onNext);
  });
  return {
    key: format.key,
    list: async (next, { wanted, signal }) => {
      const bytes = await pages.take(next, { ahead: wanted > limitOf(next), signal });
      const page = await format.readPage(bytes);
      onColumns(page.columns);
      return page;
    },
    watch: can(resource, 'watch')
      ? async (resourceVersion, signal) => {
          const accept = format.accept.watch;
          const request = { path, params: { ...params, resourceVersion }, accept, signal };
          return changesOf(await openWatch(ref, request), format);
        }
      : undefined,
  };
}

async function* changesOf<T>(events: AsyncIterable<WatchEvent>, format: ListFormat<T>): AsyncGenerator<WatchChange<T>> {
  for await (const { type, object } of events) {
    const { items, resourceVersion } = format.readEvent(object);
    if (type === 'BOOKMARK') {
      yield { type: 'bookmark', resourceVersion };
      continue;
    }
    for (const item of items) {
      const version = format.version(item);
      if (type === 'DELETED') yield { type: 'remove', key: format.key(item), resourceVersion: version };
      else yield { type: 'put', item, resourceVersion: version };
    }
  }
}
