import type { Cluster } from '@postern/contracts';

/** Inserts a cluster into the list, which is sorted by name, replacing the one with the same id. */
export function withCluster(list: readonly Cluster[], cluster: Cluster): Cluster[] {
  const index = list.findIndex(({ id }) => id === cluster.id);
  if (index >= 0) return list.with(index, cluster);
  return [...list, cluster].sort((a, b) => a.name.localeCompare(b.name));
}

/** Removes a cluster from the list. */
export function withoutCluster(list: readonly Cluster[], id: string): Cluster[] {
  return list.filter((cluster) => cluster.id !== id);
}
