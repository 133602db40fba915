'use client';
import { objectHref } from '#features/address/kind-href.ts';
import { useClusterRef } from '#features/address/use-cluster-ref.ts';
import type { ObjectReference } from '#features/health/diagnosis.ts';
import { findKind } from '#features/kube/api-resource.ts';
import { useDiscovery } from '#features/kube/use-discovery.ts';
import { Link } from '#features/router/link.tsx';

/** The name of another object, as a link if the cluster serves its kind. */
export function ObjectLink({ to, kind = false }: { to: ObjectReference; kind?: boolean }) {
  const ref = useClusterRef();
  const { data } = useDiscovery(ref);
  const resource = findKind(data?.resources ?? [], to.apiVersion, to.kind);
  const words = kind ? `${to.kind} ${to.name}` : to.name;
  if (resource === undefined || to.name === '') return <span>{words || '–'}</span>;
  return (
    <Link href={objectHref(ref, resource, to)} className="link [overflow-wrap:anywhere]">
      {words}
    </Link>
  );
}
