import type { Cluster } from '@postern/contracts';

/** Puts a cluster in its place in the list (sorted by name), replacing the one with its id. */
export function withCluster(list: readonly Cluster[], cluster: Cluster): Cluster[] {
  const index = list.findIndex(({ id }) => id === cluster.id);
  if (index >= 0) return list.with(index, cluster);
  return [...list, cluster].sort((a, b) => a.name.localeCompare(b.name));
}

/** Takes a cluster out of the list. */
export function withoutCluster(list: readonly Cluster[], id: string): Cluster[] {
  return list.filter((cluster) => cluster.id !== id);
}
