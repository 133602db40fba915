import { METADATA_LIST } from '#features/kube/accept.ts';
import { resourcePath } from '#features/kube/api-resource.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import { KubeError } from '#features/kube/kube-error.ts';
import { kubeJson } from '#features/kube/kube-fetch.ts';
import { list, text } from '#features/kube/read.ts';
import { type DrainPlan, planDrain } from './drain-plan.ts';

/** What a drain of a node would do now. @throws KubeError */
export async function loadPlan({ ref, name }: ObjectRef, signal: AbortSignal): Promise<DrainPlan> {
  const [pods, daemonSets] = await Promise.all([
    kubeJson(ref, resourcePath(knownKinds.pods), { params: { fieldSelector: `spec.nodeName=${name}` }, signal }),
    kubeJson(ref, resourcePath(knownKinds.daemonSets), { accept: METADATA_LIST, signal }).catch((error: unknown) => {
      if (error instanceof KubeError && error.status === 403) return undefined;
      throw error;
    }),
  ]);
  const existing = list(daemonSets, 'items').map(
    (one) => `${text(one, 'metadata', 'namespace')}/${text(one, 'metadata', 'name')}`,
  );
  return planDrain(list(pods, 'items'), daemonSets === undefined ? undefined : new Set(existing));
}
