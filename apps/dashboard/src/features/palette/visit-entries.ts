import { Box, Server, Shapes } from 'lucide-react';
import { href } from '#components/href.ts';
import { type ApiResource, findResource, pluralOf } from '#features/kube/api-resource.ts';
import { type ClusterRef, clusterHref } from '#features/kube/cluster-ref.ts';
import type { Entry } from './entries.ts';
import { objectEntryId } from './object-entries.ts';
import type { Visit } from './visits.ts';

export interface VisitPlace {
  organization: string;
  /** The cluster of this page, and what it serves if that is known. */
  cluster: string | undefined;
  served: readonly ApiResource[];
  go: (path: string) => void;
}

/** An earlier visit, to go there again. */
export function visitEntry(visit: Visit, place: VisitPlace): Entry {
  const { cluster, resource = '', namespace = '-', object } = visit;
  const ref: ClusterRef = { organization: place.organization, cluster };
  const here = cluster === place.cluster;
  const kind = here ? findResource(place.served, resource) : undefined;
  // Another cluster may serve other kinds; the beginning of the id says enough.
  const [plural = ''] = resource.split('.');
  const elsewhere = here ? [] : [cluster];
  const looks = { group: 'Recent' };
  if (resource === '') {
    return { ...looks, id: `cluster ${cluster}`, title: cluster, icon: Server, note: 'Overview', run: goTo('') };
  }
  if (object === undefined) {
    return {
      ...looks,
      id: `visit ${cluster} ${resource}`,
      title: kind === undefined ? plural : pluralOf(kind),
      icon: Shapes,
      note: elsewhere.join(),
      run: goTo(href`/r/${resource}`),
    };
  }
  const words = [
    kind?.kind ?? plural,
    ...(namespace === '-' ? [] : ['in', namespace]),
    ...elsewhere.map((c) => `· ${c}`),
  ];
  return {
    ...looks,
    id: objectEntryId(ref, resource, namespace === '-' ? '' : namespace, object),
    title: object,
    icon: Box,
    note: words.join(' '),
    run: goTo(href`/r/${resource}/${namespace}/${object}`),
  };

  function goTo(rest: string) {
    return () => place.go(clusterHref(ref) + rest);
  }
}
