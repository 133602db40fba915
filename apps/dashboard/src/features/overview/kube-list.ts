import { kubeJson } from '#features/kube/kube-fetch.ts';
import { list, text } from '#features/kube/read.ts';

export interface ListRequest {
  organization: string;
  cluster: string;
  /** Under the cluster's root: `/api/v1/nodes`. */
  path: string;
  fieldSelector?: string;
  /** Objects a page; default 500. */
  pageSize?: number;
  /** Stop after so many pages; default 1. */
  pages?: number;
  /** Ask for metadata only. */
  metadataOnly?: boolean;
  signal?: AbortSignal;
}

export interface KubeList<T> {
  items: T[];
  /** There are more than were asked for. */
  truncated: boolean;
}

const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, application/json';

/**
 * Lists objects page by page, for figures and names; views use the live tables. `T` is what the caller reads of an object.
 * @throws as kubeFetch does.
 */
export async function kubeList<T>(request: ListRequest): Promise<KubeList<T>> {
  const { organization, cluster, path, fieldSelector, pageSize = 500, pages = 1, metadataOnly, signal } = request;
  const items: T[] = [];
  let next: string | undefined;
  for (let page = 0; page < pages; page++) {
    const body = await kubeJson({ organization, cluster }, path, {
      params: { limit: pageSize, fieldSelector, continue: next },
      ...(metadataOnly === true && { accept: METADATA_ONLY }),
      signal,
    });
    for (const item of list(body, 'items')) items.push(item as T);
    next = text(body, 'metadata', 'continue');
    if (next === undefined || next === '') return { items, truncated: false };
  }
  return { items, truncated: true };
}
