import type { FieldMask } from '#features/kube/fields.ts';

const end = { reason: true, exitCode: true, signal: true, startedAt: true, finishedAt: true } as const;
const statuses: FieldMask = {
  name: true,
  ready: true,
  started: true,
  restartCount: true,
  state: { waiting: { reason: true, message: true }, running: { startedAt: true }, terminated: end },
  lastState: { terminated: end },
};
const containers: FieldMask = { name: true, restartPolicy: true, resources: { limits: { memory: true } } };

/** The fields of a pod that its verdict depends on, for lists that keep only some. */
export const podFields = {
  metadata: { creationTimestamp: true, deletionTimestamp: true, finalizers: true },
  spec: { nodeName: true, readinessGates: true, containers, initContainers: containers },
  status: {
    phase: true,
    reason: true,
    message: true,
    conditions: { type: true, status: true, reason: true, message: true, lastTransitionTime: true },
    containerStatuses: statuses,
    initContainerStatuses: statuses,
  },
} as const satisfies FieldMask;

/** The fields of a node that its verdict depends on. */
export const nodeFields = {
  spec: { unschedulable: true },
  status: { conditions: { type: true, status: true, reason: true, message: true, lastTransitionTime: true } },
} as const satisfies FieldMask;
