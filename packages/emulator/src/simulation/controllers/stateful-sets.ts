import type { Pod, Workload } from '../../model/kinds.ts';
import { isControlledBy, type KubeObject } from '../../model/object.ts';
import type { Store } from '../../store/store.ts';
import { createPod, deletePod, isReady, isTerminating } from '../pod-factory.ts';
import type { Controller, Simulation } from '../simulation.ts';
import { recordRevision } from './controller-revisions.ts';

const component = 'statefulset-controller';
const HASH = 'controller-revision-hash';

/** Keeps numbered pods, created one after the other, and replaces them from the last when the template changes. */
export function statefulSetController(simulation: Simulation): Controller {
  return {
    resource: 'statefulsets.apps',
    reconcile(object: KubeObject) {
      const set = object as Workload;
      const wanted = set.spec.replicas ?? 1;
      const { name } = set.metadata;
      const revision = `${name}-${recordRevision(simulation, set)}`;
      const pods = (simulation.store.list('pods', set.metadata.namespace) as Pod[]).filter((pod) =>
        isControlledBy(pod, set),
      );
      const byName = new Map(pods.map((pod) => [pod.metadata.name, pod]));
      if (!isTerminating(set)) step(simulation, set, { wanted, revision, byName });
      const updated = pods.filter((pod) => pod.metadata.labels?.[HASH] === revision && !isTerminating(pod)).length;
      const ready = pods.filter((pod) => isReady(pod) && !isTerminating(pod)).length;
      simulation.store.modify('statefulsets.apps', set, (draft) => {
        const isDone = updated === wanted;
        draft.status = {
          observedGeneration: draft.metadata.generation ?? 1,
          replicas: pods.length,
          readyReplicas: ready,
          availableReplicas: ready,
          currentReplicas: isDone ? updated : pods.length - updated,
          updatedReplicas: updated,
          currentRevision: isDone ? revision : (draft.status?.currentRevision ?? revision),
          updateRevision: revision,
        };
      });
    },
  };
}

function step(
  simulation: Simulation,
  set: Workload,
  { wanted, revision, byName }: { wanted: number; revision: string; byName: Map<string, Pod> },
): void {
  const { name } = set.metadata;
  for (let ordinal = 0; ordinal < wanted; ordinal++) {
    const podName = `${name}-${ordinal}`;
    const pod = byName.get(podName);
    if (pod === undefined) {
      ensureClaims(simulation.store, set, podName);
      const labels = {
        'apps.kubernetes.io/pod-index': String(ordinal),
        [HASH]: revision,
        'statefulset.kubernetes.io/pod-name': podName,
      };
      const template = { ...set.spec.template, spec: withIdentity(set, podName) };
      createPod(simulation, set, { name: podName, template, labels, component });
      return;
    }
    if (!isReady(pod)) return;
  }
  const numbered = [...byName.values()].toSorted((a, b) => ordinalOf(b) - ordinalOf(a));
  const last = numbered.find((pod) => ordinalOf(pod) >= wanted || pod.metadata.labels?.[HASH] !== revision);
  if (last !== undefined) deletePod(simulation, last, { owner: set, component });
}

const ordinalOf = ({ metadata }: Pod) => Number(metadata.name.slice(metadata.name.lastIndexOf('-') + 1));

function withIdentity(set: Workload, hostname: string): Workload['spec']['template']['spec'] {
  const { spec } = set.spec.template;
  const claims = (set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => ({
    name: metadata.name,
    persistentVolumeClaim: { claimName: `${metadata.name}-${hostname}` },
  }));
  const volumes = Array.isArray(spec['volumes']) ? spec['volumes'] : [];
  const subdomain = set.spec.serviceName === undefined ? {} : { subdomain: set.spec.serviceName };
  return { ...spec, hostname, ...subdomain, volumes: [...volumes, ...claims] };
}

function ensureClaims(store: Store, set: Workload, podName: string): void {
  const { namespace = '' } = set.metadata;
  for (const { metadata, spec } of set.spec.volumeClaimTemplates ?? []) {
    const name = `${metadata.name}-${podName}`;
    if (store.find('persistentvolumeclaims', namespace, name)) continue;
    const labels = set.spec.selector.matchLabels ?? {};
    store.create('persistentvolumeclaims', {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace, labels },
      spec: { volumeMode: 'Filesystem', ...spec },
      status: { phase: 'Pending' },
    });
  }
}
