import type { Level } from '@postern/contracts';
import { forbidden } from '@postern/kube';
import { type ClassifiedRequest, isProxy } from './classify.ts';
import { Refusal } from './refusal.ts';

/**
 * Pass: is it allowed here? Whether a level may read or write an object is the cluster's RBAC to say. What RBAC cannot tell
 * apart safely is decided here: streams by GET, and the proxies through which one gets past RBAC altogether.
 * @throws Refusal 403.
 */
export function authorise(asked: ClassifiedRequest, by: { user: string; level: Level }): void {
  const { info, verb, stream } = asked;
  const deny = (reason: string): never => {
    const { apiGroup, resource, subresource, namespace, name } = info;
    throw new Refusal(forbidden({ user: by.user, verb, apiGroup, resource, subresource, namespace, name }, reason));
  };
  if (!info.isResourceRequest) return;
  // A node's proxy reaches the kubelet's whole API, exec included, past RBAC and past the apiserver's audit (KEP-2862).
  if (info.resource === 'nodes' && isProxy(info)) deny("Postern never opens a node's proxy");
  // On the core API only pods and services have one; anywhere else it is unknown, and the level of an admin is asked for too.
  if (isProxy(info) && by.level !== 'admin') deny(`your level on this cluster is ${by.level}, a proxy needs admin`);
  const opensStream = stream !== null || (info.resource === 'pods' && verb === 'create' && info.subresource !== '');
  if (opensStream && by.level === 'viewer') deny('your level on this cluster is viewer, this needs editor or admin');
}
