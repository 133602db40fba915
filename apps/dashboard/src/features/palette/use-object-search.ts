'use client';
import { useQuery } from '@tanstack/react-query';
import { kubeList } from '#features/overview/kube-list.ts';
import type { MetadataOnly } from '#features/overview/kube-objects.ts';
import { commonKinds } from './common-kinds.ts';

export interface FoundObject {
  kind: string;
  resource: string;
  namespace: string | undefined;
  name: string;
}

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
      const lists = await Promise.allSettled(
        commonKinds.map(async ({ resource, path, kind }) => {
          const request = {
            organization,
            cluster: cluster ?? '',
            path,
            pageSize: PER_KIND,
            metadataOnly: true,
            signal,
          };
          const { items } = await kubeList<MetadataOnly>(request);
          return items.map(({ metadata }) => ({ kind, resource, namespace: metadata.namespace, name: metadata.name }));
        }),
      );
      // What one may not list is not found here; its own page says why.
      return lists.flatMap((list) => (list.status === 'fulfilled' ? list.value : []));
    },
  });
  if (wanted.length < 2) return [];
  return (objects.data ?? []).filter(({ name }) => name.includes(wanted)).slice(0, SHOWN);
}
