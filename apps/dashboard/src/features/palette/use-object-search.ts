'use client';
import { useQuery } from '@tanstack/react-query';
import type { ApiResource } from '#features/kube/api-resource.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { listNames, type ObjectName } from '#features/kube/list-names.ts';

export interface FoundObject extends ObjectName {
  kind: ApiResource;
}

/** The kinds that are searched, most wanted first. */
const { pods, deployments, statefulSets, services, configMaps, nodes, namespaces } = knownKinds;
const searched: readonly ApiResource[] = [pods, deployments, statefulSets, services, configMaps, nodes, namespaces];
/** Of one kind so many objects are looked at; more would make the palette cost what a table costs. */
const PER_KIND = 1000;
const SHOWN = 20;

/** Objects of the common kinds whose name holds the text; nothing below two letters. Names only are asked of the cluster. */
export function useObjectSearch(organization: string, cluster: string | undefined, text: string): FoundObject[] {
  const wanted = text.trim().toLowerCase();
  const objects = useQuery({
    queryKey: ['palette', organization, cluster],
    enabled: cluster !== undefined && wanted.length >= 2,
    staleTime: 30_000,
    queryFn: async ({ signal }) => {
      const ref = { organization, cluster: cluster ?? '' };
      const lists = await Promise.allSettled(
        searched.map(async (kind) => {
          const names = await listNames(ref, kind, { most: PER_KIND, signal });
          return names.map((found) => ({ ...found, kind }));
        }),
      );
      // What one may not list is not found here; its own page says why.
      return lists.flatMap((list) => (list.status === 'fulfilled' ? list.value : []));
    },
  });
  if (wanted.length < 2) return [];
  return (objects.data ?? []).filter(({ name }) => name.includes(wanted)).slice(0, SHOWN);
}
