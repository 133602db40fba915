import { readStored, writeStored } from '#components/stored.ts';
import type { ClusterRef } from './cluster-ref.ts';

const MOST = 50;
const keyOf = (ref: ClusterRef) => `postern.namespaces.${ref.organization}/${ref.cluster}`;

/** Namespaces used by this person in a cluster, latest first; the only ones known without the right to list them. */
export function rememberedNamespaces(ref: ClusterRef): string[] {
  try {
    const stored: unknown = JSON.parse(readStored(keyOf(ref)) ?? '[]');
    return Array.isArray(stored) ? stored.filter((name) => typeof name === 'string').slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function rememberNamespaces(ref: ClusterRef, names: readonly string[]): void {
  const all = [...new Set([...names, ...rememberedNamespaces(ref)])].slice(0, MOST);
  writeStored(keyOf(ref), JSON.stringify(all));
}
