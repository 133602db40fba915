'use client';
import { Box, ChevronRight, Server } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { href } from '#components/href.ts';
import type { ActionGroup } from '#features/actions/action.ts';
import { useOfferedActions } from '#features/actions/use-actions.ts';
import { objectHref } from '#features/address/kind-href.ts';
import { useLocation } from '#features/address/use-location.ts';
import { statusOf } from '#features/clusters/status.ts';
import { useClusters } from '#features/clusters/use-clusters.ts';
import { resourceId } from '#features/kube/api-resource.ts';
import type { Entry } from './entries.ts';
import { useObjectSearch } from './use-object-search.ts';

/** All entries available here, most specific first. */
export function useEntries(typed: string): Entry[] {
  const router = useRouter();
  const { organization = '', cluster } = useLocation();
  const clusters = useClusters(organization);
  const objects = useObjectSearch(organization, cluster, typed);
  const go = (path: string) => () => router.push(path);

  const found: Entry[] = objects.map(({ kind, namespace, name }) => ({
    id: `object ${resourceId(kind)} ${namespace} ${name}`,
    group: 'Objects',
    title: name,
    icon: Box,
    note: namespace === '' ? kind.kind : `${kind.kind} in ${namespace}`,
    run: go(objectHref({ organization, cluster: cluster ?? '' }, kind, { namespace, name })),
  }));
  const toClusters: Entry[] = (clusters.data ?? []).map((item) => ({
    id: `cluster ${item.id}`,
    group: 'Clusters',
    title: item.name,
    icon: Server,
    note: statusOf(item).word,
    words: Object.values(item.labels),
    run: go(href`/${organization}/clusters/${item.name}`),
  }));
  const headings: Record<ActionGroup, string> = {
    page: 'This page',
    cluster: `In ${cluster ?? ''}`,
    dock: 'Terminals and logs',
    go: 'Actions',
    everywhere: 'Actions',
  };
  const actions = useOfferedActions().filter(({ unlisted }) => unlisted !== true);
  const of = (...groups: ActionGroup[]): Entry[] =>
    actions
      .filter(({ group }) => groups.includes(group))
      .map(({ label, group, icon = ChevronRight, ...action }) => ({
        ...action,
        title: label,
        group: headings[group],
        icon,
      }));
  return [...found, ...of('page'), ...of('cluster'), ...toClusters, ...of('go', 'dock', 'everywhere')];
}
