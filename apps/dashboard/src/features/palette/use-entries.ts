'use client';
import {
  Box,
  FileDown,
  History,
  Keyboard,
  KeyRound,
  LayoutGrid,
  LogOut,
  Monitor,
  Moon,
  Plus,
  Server,
  Shapes,
  Sun,
} from 'lucide-react';
import { useRouter } from 'next/navigation';
import { href } from '#components/href.ts';
import { objectHref } from '#features/address/kind-href.ts';
import { useLocation } from '#features/address/use-location.ts';
import { statusOf } from '#features/clusters/status.ts';
import { useClusters } from '#features/clusters/use-clusters.ts';
import { showShortcuts } from '#features/keyboard/show-shortcuts.ts';
import { resourceId } from '#features/kube/api-resource.ts';
import { signOut } from '#features/session/sign-out.ts';
import { setTheme } from '#features/theme/use-theme.ts';
import type { Entry } from './entries.ts';
import { useKinds } from './use-kinds.ts';
import { useObjectSearch } from './use-object-search.ts';

/** Everything the palette can do here, most particular first. */
export function useEntries(typed: string): Entry[] {
  const router = useRouter();
  const { organization = '', cluster } = useLocation();
  const clusters = useClusters(organization);
  const kinds = useKinds(organization, cluster);
  const objects = useObjectSearch(organization, cluster, typed);
  const home = href`/${organization}`;
  const base = home + href`/clusters/${cluster ?? ''}`;
  const go = (path: string) => () => router.push(path);

  const inCluster: Entry[] =
    cluster === undefined
      ? []
      : [
          { title: 'Overview', icon: LayoutGrid, keys: 'g o', run: go(base) },
          { title: 'Kubeconfig', icon: FileDown, run: go(`${base}?dialog=kubeconfig`) },
          ...kinds.map(({ resource, title, note, shortNames }) => ({
            title,
            icon: Shapes,
            note,
            words: [...shortNames, resource],
            run: go(base + href`/r/${resource}`),
          })),
        ].map((entry) => ({
          ...entry,
          id: `in ${entry.title} ${'note' in entry ? entry.note : ''}`,
          group: `In ${cluster}`,
        }));
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
    run: go(home + href`/clusters/${item.name}`),
  }));
  const actions: Entry[] = [
    { title: 'Add a cluster', icon: Plus, run: go(`${home}/add-cluster`) },
    { title: 'All clusters', icon: Server, keys: 'g c', run: go(home) },
    { title: 'Sessions', icon: History, run: go(`${home}/sessions`) },
    { title: 'API tokens', icon: KeyRound, run: go(`${home}/tokens`) },
    { title: 'Theme: light', icon: Sun, run: () => setTheme('light') },
    { title: 'Theme: dark', icon: Moon, run: () => setTheme('dark') },
    { title: 'Theme: as the system', icon: Monitor, run: () => setTheme('system') },
    { title: 'Keyboard shortcuts', icon: Keyboard, keys: '?', run: showShortcuts },
    { title: 'Sign out', icon: LogOut, run: () => void signOut() },
  ].map((entry) => ({ ...entry, id: `action ${entry.title}`, group: 'Actions' }));
  return [...found, ...inCluster, ...toClusters, ...actions];
}
