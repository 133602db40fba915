import { useSyncExternalStore } from 'react';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';

const listeners = new Set<() => void>();
const keyOf = (ref: ClusterRef) => `postern.namespace-choice.${ref.organization}/${ref.cluster}`;

function read(ref: ClusterRef): string {
  try {
    return localStorage.getItem(keyOf(ref)) ?? '';
  } catch {
    return '';
  }
}

/** Namespaces as an address spells them, and back. */
export const splitNamespaces = (written: string): string[] => written.split(',').filter((name) => name !== '');

/** What links between tables carry on: the namespaces last chosen on this cluster, as an address spells them. */
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

export function chooseNamespaces(ref: ClusterRef, written: string): void {
  if (read(ref) === written) return;
  try {
    localStorage.setItem(keyOf(ref), written);
  } catch {
    // Without storage the address alone remembers.
  }
  for (const listener of listeners) listener();
}
