import { accessObjects, type Installation, type KubeObject } from '@postern/kube';
import { type Answer, ask } from '../upstream/ask.ts';
import type { Upstream } from '../upstream/upstream.ts';

const plural: Record<string, string> = { ClusterRole: 'clusterroles', ClusterRoleBinding: 'clusterrolebindings' };

/**
 * Makes the installation's own roles and bindings of Postern's levels with the agent's identity, where it may: for agents
 * outside the cluster, which no manifest installed. @returns undefined, or what the apiserver said against it.
 */
export async function createAccess(upstream: Upstream, installation: Installation): Promise<string | undefined> {
  for (const object of accessObjects(installation)) {
    const answer = await apply(upstream, object);
    if (answer.status >= 300) return answer.message;
  }
  return undefined;
}

/** Server-side apply: creates the object, or brings one of an earlier version up to date. */
function apply(upstream: Upstream, object: KubeObject): Promise<Answer> {
  const path = `/apis/rbac.authorization.k8s.io/v1/${plural[object.kind]}/${encodeURIComponent(object.metadata.name)}`;
  return ask(upstream, {
    method: 'PATCH',
    path: `${path}?fieldManager=postern-agent&force=true`,
    body: object,
    contentType: 'application/apply-patch+yaml',
  });
}
