import { resourceId } from '#features/kube/api-resource.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';

/** Controllers that start another pod whenever one is deleted. A job does so only until it is complete. */
const REPLACING = new Set(['ReplicaSet', 'StatefulSet', 'DaemonSet', 'ReplicationController']);

/** Whether deleting the object only means that another takes its place. */
export const isReplaced = ({ resource, controller = '' }: ObjectRef): boolean =>
  resourceId(resource) === 'pods' && REPLACING.has(controller);
