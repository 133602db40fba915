import type { Level } from '@postern/contracts';
import { forbidden } from '@postern/kube';
import { type ClassifiedRequest, isProxy } from './classify.ts';
import { Refusal } from './refusal.ts';

/**
 * Pass: is the request allowed? The cluster's RBAC decides whether a level may read or write an object. This pass decides what
 * RBAC cannot distinguish safely: streams by GET, and the proxies that bypass RBAC altogether.
 * @throws Refusal 403.
 */
export function authorise(asked: ClassifiedRequest, by: { user: string; level: Level | null }): void {
  const { info, verb, stream } = asked;
  const deny = (reason: string): never => {
    const { apiGroup, resource, subresource, namespace, name } = info;
    throw new Refusal(forbidden({ user: by.user, verb, apiGroup, resource, subresource, namespace, name }, reason));
  };
  if (!info.isResourceRequest) return;
  // A node's proxy gives access to the kubelet's whole API, exec included, bypassing RBAC and the apiserver's audit (KEP-2862).
  if (info.resource === 'nodes' && isProxy(info)) deny("Postern never opens a node's proxy");
  // In the core API only pods and services have a proxy; an unknown proxy elsewhere also requires the level admin.
  if (isProxy(info) && by.level !== 'admin') deny(`your level on this cluster is ${by.level}, a proxy needs admin`);
  const opensStream = stream !== null || (info.resource === 'pods' && verb === 'create' && info.subresource !== '');
  if (opensStream && by.level === 'viewer') deny('your level on this cluster is viewer, this needs editor or admin');
}
