import { accessObjects, type Installation, type KubeObject } from '@postern/kube';
import { type Answer, ask } from '../upstream/ask.ts';
import type { Upstream } from '../upstream/upstream.ts';

const plural: Record<string, string> = { ClusterRole: 'clusterroles', ClusterRoleBinding: 'clusterrolebindings' };

/**
 * Creates the installation's own roles and bindings for Postern's levels with the agent's identity, if that has the right: for
 * agents outside the cluster, which no manifest installed. @returns undefined, or the apiserver's reason for refusing.
 */
export async function createAccess(upstream: Upstream, installation: Installation): Promise<string | undefined> {
  for (const object of accessObjects(installation)) {
    const answer = await apply(upstream, object);
    if (answer.status >= 300) return answer.message;
  }
  return undefined;
}

/** Server-side apply: creates the object, or updates one of an earlier version. */
function apply(upstream: Upstream, object: KubeObject): Promise<Answer> {
  const path = `/apis/rbac.authorization.k8s.io/v1/${plural[object.kind]}/${encodeURIComponent(object.metadata.name)}`;
  return ask(upstream, {
    method: 'PATCH',
    path: `${path}?fieldManager=postern-agent&force=true`,
    body: object,
    contentType: 'application/apply-patch+yaml',
  });
}
