/** Where an agent finds the API server of its cluster. */
export interface Upstream {
  /** Path of the kubeconfig, or several as in `KUBECONFIG`. */
  kubeconfig: string;
  /** Context of the kubeconfig; default: the current one. */
  context?: string | undefined;
}

/** The API servers of all clusters with one name, in any organization. */
export interface UpstreamSource {
  /** Context of the kubeconfig; default: the current one. */
  context?: string | undefined;
  /** Maximum number of agents at once; default: no limit. */
  most?: number;
  /** The API server of one cluster. @throws if it is not available now. */
  of(clusterId: string): Promise<Upstream>;
  /** Call when a cluster was deleted. */
  forget(clusterId: string): void;
}

/** The same API server for every cluster. */
export function sameForAll({ kubeconfig, context }: Upstream): UpstreamSource {
  return { context, of: async () => ({ kubeconfig, context }), forget: () => {} };
}
