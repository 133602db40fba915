'use client';
import { useQuery } from '@tanstack/react-query';
import type { ApiResource } from '#features/kube/api-resource.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { listNames, type ObjectName } from '#features/kube/list-names.ts';

export interface FoundObject extends ObjectName {
  kind: ApiResource;
}

/** The kinds that are searched, most useful first. */
const { pods, deployments, statefulSets, services, configMaps, nodes, namespaces } = knownKinds;
const searched: readonly ApiResource[] = [pods, deployments, statefulSets, services, configMaps, nodes, namespaces];
/** Maximum number of objects searched per kind; more would make the palette as expensive as a table. */
const PER_KIND = 1000;
const SHOWN = 20;

/** Objects of common kinds whose name contains the text, which must have two letters. Only names are requested. */
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
      // Kinds that the person may not list are not searched; their own pages say why.
      return lists.flatMap((list) => (list.status === 'fulfilled' ? list.value : []));
    },
  });
  if (wanted.length < 2) return [];
  return (objects.data ?? []).filter(({ name }) => name.includes(wanted)).slice(0, SHOWN);
}
