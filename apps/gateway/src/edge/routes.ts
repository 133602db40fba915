import type { IncomingMessage } from 'node:http';
import { looksLikeClusterCredential } from '../identity/cluster-credential.ts';

/** The component that serves a path. */
export type Owner = 'kube' | 'tunnel' | 'live' | 'api' | 'dashboard';

const apiPaths: ReadonlySet<string> = new Set(['/api', '/healthz', '/readyz', '/install.yaml']);

/**
 * The owner of a request. With a credential that opens one cluster, every path except `/tunnel` and `/socket.io/` is that
 * cluster's API, because many tools keep only the host of a kubeconfig (docs/adr/0008-paths-of-a-cluster.md).
 * Neither the API nor the dashboard ever gets a request with such a credential.
 */
export function ownerOfRequest({ url = '', headers }: Pick<IncomingMessage, 'url' | 'headers'>): Owner | null {
  const owner = ownerOf(url);
  const isOurs = owner === 'api' || owner === 'dashboard';
  return isOurs && looksLikeClusterCredential(headers) ? 'kube' : owner;
}

/**
 * The owner of a request target, determined from its raw bytes before any framework sees it; null if it is not in origin form
 * (absolute form, authority form, `*`), which nobody serves. Comparison is exact: `/K8S/` and `/%6b8s/` go to the dashboard,
 * which has no such page.
 */
export function ownerOf(target: string): Owner | null {
  if (!target.startsWith('/')) return null;
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  if (path.startsWith('/k8s/') || path === '/k8s') return 'kube';
  if (path === '/tunnel') return 'tunnel';
  if (path.startsWith('/socket.io/')) return 'live';
  if (path.startsWith('/api/') || apiPaths.has(path)) return 'api';
  return 'dashboard';
}
