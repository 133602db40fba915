import { apiFetch } from '#features/session/api.ts';

/** The cluster, or the gateway on the way to it, refused or failed. `message` is the sentence it sent. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface ListRequest {
  organization: string;
  cluster: string;
  /** Under the cluster's root, with query: `/api/v1/nodes?fieldSelector=…`. */
  path: string;
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

/** Lists objects page by page. `pretty=0`, because the apiserver indents JSON for browsers and doubles the bytes. */
export async function kubeList<T>(request: ListRequest): Promise<KubeList<T>> {
  const { organization, cluster, path, pageSize = 500, pages = 1, metadataOnly = false, signal } = request;
  const items: T[] = [];
  let next = '';
  for (let page = 0; page < pages; page++) {
    const more = new URLSearchParams({ pretty: '0', limit: String(pageSize), ...(next !== '' && { continue: next }) });
    const url = `/k8s/${organization}/${cluster}${path}${path.includes('?') ? '&' : '?'}${more}`;
    const response = await apiFetch(url, {
      headers: { accept: metadataOnly ? METADATA_ONLY : 'application/json' },
      signal: signal ?? null,
    });
    if (!response.ok) throw await kubeErrorOf(response);
    const body = (await response.json()) as { items?: T[] | null; metadata?: { continue?: string } };
    items.push(...(body.items ?? []));
    next = body.metadata?.continue ?? '';
    if (next === '') break;
  }
  return { items, truncated: next !== '' };
}

async function kubeErrorOf(response: Response): Promise<KubeError> {
  const body: unknown = await response.json().catch(() => undefined);
  const message =
    typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string'
      ? body.message
      : `The cluster answered ${response.status}.`;
  return new KubeError(response.status, message);
}
