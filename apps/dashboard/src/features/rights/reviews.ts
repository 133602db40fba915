import type { Permission } from '#features/actions/permission.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import { kubeJson } from '#features/kube/kube-fetch.ts';
import { get } from '#features/kube/read.ts';
import { type Rules, readRules } from './rules.ts';

const API = 'authorization.k8s.io/v1';
const paths = {
  SelfSubjectRulesReview: '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
  SelfSubjectAccessReview: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
};

async function review(ref: ClusterRef, kind: keyof typeof paths, spec: object, signal: AbortSignal): Promise<unknown> {
  return await kubeJson(ref, paths[kind], { method: 'POST', body: { apiVersion: API, kind, spec }, signal });
}

/** What the person may do in a namespace. @throws KubeError */
export async function reviewRules(ref: ClusterRef, namespace: string, signal: AbortSignal): Promise<Rules> {
  return readRules(await review(ref, 'SelfSubjectRulesReview', { namespace }, signal));
}

/** Whether the person has one right; null if the cluster could not decide. @throws KubeError */
export async function reviewAccess(permission: Permission, signal: AbortSignal): Promise<boolean | null> {
  const { ref, verb, group, namespace, name } = permission;
  const [resource, subresource] = permission.resource.split('/');
  const resourceAttributes = { verb, group, resource, namespace, name, ...(subresource && { subresource }) };
  const answer = await review(ref, 'SelfSubjectAccessReview', { resourceAttributes }, signal);
  const allowed = get(answer, 'status', 'allowed');
  if (typeof allowed !== 'boolean') return null;
  return allowed || !get(answer, 'status', 'evaluationError') ? allowed : null;
}
