import { list, text } from '#features/kube/read.ts';

/** An entry of `metadata.managedFields`: who wrote an object last, and when. */
export interface ManagedWrite {
  manager: string;
  /** Milliseconds since 1970. */
  at: number;
  /** `status`, `scale`; empty for the object itself. */
  subresource: string;
}

export function managedWrites(metadata: unknown): ManagedWrite[] {
  return list(metadata, 'managedFields').flatMap((entry) => {
    const at = Date.parse(text(entry, 'time') ?? '');
    const manager = text(entry, 'manager') ?? '';
    return Number.isNaN(at) ? [] : { manager, at, subresource: text(entry, 'subresource') ?? '' };
  });
}

/** The latest write to the object itself, or to the given subresource. */
export function latestWrite(metadata: unknown, subresource = ''): ManagedWrite | undefined {
  return managedWrites(metadata)
    .filter((write) => write.subresource === subresource)
    .reduce<ManagedWrite | undefined>((latest, one) => ((latest?.at ?? -1) >= one.at ? latest : one), undefined);
}

const names: readonly [RegExp, string][] = [
  [/^kubectl-client-side-apply$/, 'kubectl apply'],
  [/^kubectl-(\w+)$/, 'kubectl $1'],
  [/^postern-dashboard$/, 'Postern'],
  [/^Mozilla$/, 'a browser'],
  [/^argocd-(?:application-)?controller$/, 'Argo CD'],
  [/^(?:kustomize|helm|source)-controller$/, 'Flux'],
  [/^kube-controller-manager$/, 'the cluster'],
];

/** The name of a field manager for people: a well-known one in words, others as they are. */
export function managerName(manager: string): string | undefined {
  if (manager === '') return undefined;
  const known = names.find(([pattern]) => pattern.test(manager));
  return known === undefined ? manager : manager.replace(known[0], known[1]);
}
