'use client';
import { useRouter } from 'next/navigation';
import { kindHref } from '#features/address/kind-href.ts';
import { useShortcut } from '#features/keyboard/use-shortcut.ts';
import { type ApiResource, findResource, pluralOf } from '#features/kube/api-resource.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import { useNamespaceChoice } from './namespace-choice.ts';

const keys: readonly [keys: string, kind: string][] = [
  ['g p', 'pods'],
  ['g d', 'deployments.apps'],
  ['g f', 'statefulsets.apps'],
  ['g j', 'jobs.batch'],
  ['g s', 'services'],
  ['g i', 'ingresses.networking.k8s.io'],
  ['g m', 'configmaps'],
  ['g x', 'secrets'],
  ['g v', 'persistentvolumeclaims'],
  ['g n', 'nodes'],
  ['g a', 'namespaces'],
  ['g e', 'events'],
];

/** `g p` goes to pods, and so on, for the kinds that the cluster serves. */
export function KindShortcuts({ cluster, resources }: { cluster: ClusterRef; resources: readonly ApiResource[] }) {
  return keys.map(([chords, id]) => {
    const kind = findResource(resources, id);
    return kind === undefined ? null : <KindShortcut key={chords} keys={chords} kind={kind} cluster={cluster} />;
  });
}

function KindShortcut({ keys: chords, kind, cluster }: { keys: string; kind: ApiResource; cluster: ClusterRef }) {
  const router = useRouter();
  const namespaces = useNamespaceChoice(cluster);
  useShortcut({ keys: chords, label: pluralOf(kind), group: 'Go to' }, () =>
    router.push(kindHref(cluster, kind, namespaces)),
  );
  return null;
}
