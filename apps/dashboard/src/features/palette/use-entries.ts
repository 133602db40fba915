'use client';
import { ChevronRight, Server } from 'lucide-react';
import { useMemo, useState } from 'react';
import { href } from '#components/href.ts';
import type { ActionGroup } from '#features/actions/action.ts';
import { useOfferedActions } from '#features/actions/use-actions.ts';
import { useLocation } from '#features/address/use-location.ts';
import { useMe } from '#features/browser-session/use-me.ts';
import { useStatusOf } from '#features/clusters/status.ts';
import { useClusters } from '#features/clusters/use-clusters.ts';
import { useDiscovery } from '#features/kube/use-discovery.ts';
import { navigate } from '#features/router/address-bar.ts';
import type { Entry } from './entries.ts';
import { type ObjectEntries, useObjectEntries } from './use-object-entries.ts';
import { visitEntry } from './visit-entries.ts';
import { readVisits, sameVisit, type Visit, visitOf } from './visits.ts';

/** Number of recent places shown before anything is typed. */
const RECENT = 5;

/** All entries available here: recent places, what fits the page, the cluster's kinds and objects, then everything else. */
export function useEntries(typed: string): ObjectEntries {
  const { organization = '', cluster } = useLocation();
  const clusters = useClusters(organization);
  const statusOf = useStatusOf();
  const ref = useMemo(() => (cluster === undefined ? undefined : { organization, cluster }), [organization, cluster]);
  const objects = useObjectEntries(ref, typed, navigate);
  const served = useDiscovery(ref).data?.resources ?? [];

  const recent = useRecent()
    .filter((visit) => clusters.data?.some(({ name }) => name === visit.cluster))
    .map((visit) => visitEntry(visit, { organization, cluster, served, go: navigate }));
  const toClusters: Entry[] = (clusters.data ?? []).map((item) => ({
    id: `cluster ${item.name}`,
    group: 'Clusters',
    title: item.name,
    icon: Server,
    note: statusOf(item).word,
    words: Object.values(item.labels),
    run: () => navigate(href`/${organization}/clusters/${item.name}`),
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
      // What destroys something is never close to where an arrow key or a click begins.
      .toSorted((a, b) => Number(a.danger ?? false) - Number(b.danger ?? false))
      .map(({ label, group, icon = ChevronRight, ...action }) => ({
        ...action,
        title: label,
        group: headings[group],
        icon,
      }));
  const all = [
    ...(typed.trim() === '' ? recent.slice(0, RECENT) : recent),
    ...of('page'),
    ...of('cluster'),
    ...objects.entries,
    ...toClusters,
    ...of('go', 'dock', 'everywhere'),
  ];
  // A recent place is not repeated among the others.
  const ids = new Set<string>();
  const entries = all.filter(({ id }) => !ids.has(id) && ids.add(id));
  return { ...objects, entries };
}

/** The latest visits when the palette was opened, without this page. */
function useRecent(): Visit[] {
  const location = useLocation();
  const user = useMe().data?.user.id;
  const [visits] = useState(() => {
    const here = visitOf(location);
    const { organization } = location;
    if (user === undefined || organization === undefined) return [];
    return readVisits({ user, organization }).filter((visit) => here === undefined || !sameVisit(visit, here));
  });
  return visits;
}
