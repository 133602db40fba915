'use client';
import { useRouter } from 'next/navigation';
import { href } from '#components/href.ts';
import { useLocation } from '#features/address/use-location.ts';
import { useShortcut } from '#features/keyboard/use-shortcut.ts';

/** Shortcuts that work everywhere in an organization. Those for kinds of a cluster come with the cluster's pages. */
export function GoShortcuts({ organization }: { organization: string }) {
  const router = useRouter();
  const { cluster } = useLocation();
  const go = { group: 'Go to' };
  useShortcut({ ...go, keys: 'g c', label: 'Clusters' }, () => router.push(href`/${organization}`));
  useShortcut({ ...go, keys: 'g s', label: 'Sessions', enabled: cluster === undefined }, () =>
    router.push(href`/${organization}/sessions`),
  );
  useShortcut({ ...go, keys: 'g t', label: 'API tokens', enabled: cluster === undefined }, () =>
    router.push(href`/${organization}/tokens`),
  );
  useShortcut({ ...go, keys: 'g o', label: 'Overview of the cluster', enabled: cluster !== undefined }, () =>
    router.push(href`/${organization}/clusters/${cluster ?? ''}`),
  );
  return null;
}
