'use client';
import { can, pluralOf, resourceId } from '#features/kube/api-resource.ts';
import { useDiscovery } from '#features/kube/use-discovery.ts';

export interface PaletteKind {
  /** As in the address: `deployments.apps`. */
  resource: string;
  title: string;
  /** Its API group, where it has one. */
  note: string | undefined;
  /** kubectl's short names: `po`, `deploy`. */
  shortNames: readonly string[];
}

/** The kinds one can go to in a cluster: all that it serves and lists, the preferred version of each. */
export function useKinds(organization: string, cluster: string | undefined): PaletteKind[] {
  const discovery = useDiscovery(cluster === undefined ? undefined : { organization, cluster });
  return (discovery.data?.resources ?? [])
    .filter((resource) => resource.preferred && can(resource, 'list'))
    .map((resource) => ({
      resource: resourceId(resource),
      title: pluralOf(resource),
      note: resource.group === '' ? undefined : resource.group,
      shortNames: resource.shortNames,
    }))
    .sort((a, b) => a.title.localeCompare(b.title));
}
