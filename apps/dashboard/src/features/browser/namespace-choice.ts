import { useSyncExternalStore } from 'react';
import { readStored, writeStored } from '#components/stored.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';

const listeners = new Set<() => void>();
const keyOf = (ref: ClusterRef) => `postern.namespace-choice.${ref.organization}/${ref.cluster}`;
const read = (ref: ClusterRef) => readStored(keyOf(ref)) ?? '';

/** Converts namespaces from and to the format of URLs. */
export const splitNamespaces = (written: string): string[] => written.split(',').filter((name) => name !== '');

/** The most recently chosen namespaces of this cluster, in the format of URLs; links between tables keep them. */
export function useNamespaceChoice(ref: ClusterRef): string {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => read(ref),
    () => '',
  );
}

export function rememberChoice(ref: ClusterRef, written: string): void {
  if (read(ref) === written) return;
  writeStored(keyOf(ref), written);
  for (const listener of listeners) listener();
}
