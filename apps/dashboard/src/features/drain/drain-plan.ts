import { get, list, record, text } from '#features/kube/read.ts';

/** A pod on a node that is drained. */
export interface DrainPod {
  namespace: string;
  name: string;
  uid: string;
  /** `ReplicaSet web-5d4f`; undefined without a controller. */
  controller: { kind: string; name: string } | undefined;
  /** Names of its emptyDir volumes, whose contents are lost. */
  emptyDirs: readonly string[];
  /** Whether it has ended, in which case nothing is lost with it. */
  finished: boolean;
}

/** What a drain does with the pods of a node. */
export interface DrainPlan {
  /** Evicted, and replaced elsewhere by their controllers. */
  evicted: readonly DrainPod[];
  /** Evicted only if a person agrees, because nothing replaces them. */
  unmanaged: readonly DrainPod[];
  /** Left alone: their daemon set would start them again here. */
  daemons: readonly DrainPod[];
  /** Left alone: static pods, which the kubelet runs from its own files. */
  mirrors: readonly DrainPod[];
}

const MIRROR = 'kubernetes.io/config.mirror';

/**
 * Sorts the pods of a node as `kubectl drain --ignore-daemonsets --delete-emptydir-data` does (k8s.io/kubectl, pkg/drain/filters.go);
 * pods without a controller are those for which kubectl demands `--force`. `daemonSets`: the existing ones as `namespace/name`;
 * undefined if they cannot be listed, and then all are taken to exist.
 */
export function planDrain(pods: readonly unknown[], daemonSets: ReadonlySet<string> | undefined): DrainPlan {
  const plan = {
    evicted: [] as DrainPod[],
    unmanaged: [] as DrainPod[],
    daemons: [] as DrainPod[],
    mirrors: [] as DrainPod[],
  };
  for (const object of pods) {
    const pod = readPod(object);
    const { controller, finished, namespace } = pod;
    const daemon = controller?.kind === 'DaemonSet' && !finished;
    const orphaned = daemon && daemonSets !== undefined && !daemonSets.has(`${namespace}/${controller.name}`);
    if (daemon && !orphaned) plan.daemons.push(pod);
    else if (record(object, 'metadata', 'annotations')[MIRROR] !== undefined) plan.mirrors.push(pod);
    else if (orphaned || (controller === undefined && !finished)) plan.unmanaged.push(pod);
    else plan.evicted.push(pod);
  }
  return plan;
}

function readPod(object: unknown): DrainPod {
  const owner = list(object, 'metadata', 'ownerReferences').find((one) => get(one, 'controller') === true);
  return {
    namespace: text(object, 'metadata', 'namespace') ?? '',
    name: text(object, 'metadata', 'name') ?? '',
    uid: text(object, 'metadata', 'uid') ?? '',
    controller: owner === undefined ? undefined : { kind: text(owner, 'kind') ?? '', name: text(owner, 'name') ?? '' },
    emptyDirs: list(object, 'spec', 'volumes')
      .filter((volume) => get(volume, 'emptyDir') !== undefined)
      .map((volume) => text(volume, 'name') ?? ''),
    finished: ['Succeeded', 'Failed'].includes(text(object, 'status', 'phase') ?? ''),
  };
}
