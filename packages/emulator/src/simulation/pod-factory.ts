import type { Pod, PodTemplate } from '../model/kinds.ts';
import { type KubeObject, type Manifest, ownerReference, timestamp } from '../model/object.ts';
import type { Simulation } from './simulation.ts';

/** Creates a pod from its owner's template. */
export function createPod(
  { store, events }: Simulation,
  owner: KubeObject,
  pod: { name: string; template: PodTemplate; labels?: Record<string, string>; nodeName?: string; component: string },
): void {
  const { template, name } = pod;
  const manifest: Manifest = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      ...(owner.metadata.namespace === undefined ? {} : { namespace: owner.metadata.namespace }),
      labels: { ...template.metadata?.labels, ...pod.labels },
      ...(template.metadata?.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
      ownerReferences: [ownerReference(owner)],
      generation: 1,
    },
    spec: {
      ...structuredClone(template.spec),
      serviceAccountName: template.spec.serviceAccountName ?? 'default',
      ...(pod.nodeName === undefined ? {} : { nodeName: pod.nodeName }),
    },
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  };
  store.create('pods', manifest);
  const message = `Created pod: ${name}`;
  events.record(owner, { type: 'Normal', reason: 'SuccessfulCreate', message, component: pod.component });
}

/** Deletes a pod gracefully; the reason appears in an event of its owner. */
export function deletePod(
  { store, clock, events }: Simulation,
  pod: Pod,
  by?: { owner: KubeObject; component: string },
): void {
  if (pod.metadata.deletionTimestamp !== undefined) return;
  const grace = pod.spec.terminationGracePeriodSeconds ?? 30;
  store.modify('pods', pod, (draft) => {
    draft.metadata.deletionTimestamp = timestamp(clock.now() + grace * 1_000);
    draft.metadata.deletionGracePeriodSeconds = grace;
  });
  if (by === undefined) return;
  const message = `Deleted pod: ${pod.metadata.name}`;
  events.record(by.owner, { type: 'Normal', reason: 'SuccessfulDelete', message, component: by.component });
}

export const isTerminating = ({ metadata }: KubeObject) => metadata.deletionTimestamp !== undefined;

export function isReady(pod: Pod): boolean {
  return (pod.status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');
}

export const isFinished = (pod: Pod) => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
