import type { ObjectRef } from '#features/kube/kube-actions.ts';
import type { ListRequest } from '#features/kube/shared-lists.ts';

/** Selects the events of one object. */
export function eventsOf({
  ref,
  resource,
  namespace,
  name,
}: ObjectRef): Pick<ListRequest<unknown>, 'ref' | 'namespaces' | 'fieldSelector'> {
  return {
    ref,
    namespaces: namespace === '' ? [] : [namespace],
    fieldSelector: `involvedObject.name=${name},involvedObject.kind=${resource.kind}`,
  };
}
