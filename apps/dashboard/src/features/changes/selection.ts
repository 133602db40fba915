import type { FieldMask } from '#features/kube/fields.ts';

/** Only the fields of `managedFields` that tell who wrote when; the rest of it names every field of the object. */
const managedFieldsMask = { manager: true, time: true, subresource: true } as const;

/** The metadata of workloads and of replica sets that changes are read from. */
export const workloadMetadata: FieldMask = {
  ownerReferences: { kind: true, name: true },
  annotations: {
    'deployment.kubernetes.io/revision': true,
    'deployment.kubernetes.io/revision-history': true,
    'kubernetes.io/change-cause': true,
  },
  managedFields: managedFieldsMask,
};

/** Marks config maps with which controllers elect a leader, and which they write every few seconds. */
export const ELECTION = 'control-plane.alpha.kubernetes.io/leader';

/** The metadata of config maps and secrets that changes are read from. Their contents are never requested. */
export const configMetadata: FieldMask = {
  creationTimestamp: true,
  annotations: { [ELECTION]: true },
  managedFields: managedFieldsMask,
};

/** Leaves out the secrets in which Helm keeps its releases, of which there may be thousands. */
export const secretSelector = 'type!=helm.sh/release.v1';

/** The deployment controller's reason for its events about scaling, which the cluster keeps for an hour or so. */
export const SCALING = 'ScalingReplicaSet';
