import { get, list, text } from '#features/kube/read.ts';
import { type PodContainer, readContainers } from '#features/pods/pod-containers.ts';

/** A container of a pod, with the runs whose logs its node keeps. */
export interface LogContainer extends PodContainer {
  /** Id of the run whose log is the current one; undefined before the first. */
  run: string | undefined;
  /** The run before that one. */
  previous: { run: string; exitCode: string | undefined; endedAt: string | undefined } | undefined;
}

export interface LogPod {
  /** Differs for a pod that replaces another with the same name. */
  uid: string;
  namespace: string;
  name: string;
  /** RFC 3339. */
  createdAt: string;
  templateHash: string | undefined;
  containers: readonly LogContainer[];
  /** The default container. */
  main: string | undefined;
  /** Whether the pod has finished and no container will run again. */
  over: boolean;
}

/** Fields of a Pod that `readLogPod` reads, for a list of many. */
export const podFields = {
  metadata: { creationTimestamp: true, annotations: true, labels: true, ownerReferences: true },
  spec: {
    containers: { name: true },
    initContainers: { name: true, restartPolicy: true },
    ephemeralContainers: { name: true },
  },
  status: { phase: true, containerStatuses: true, initContainerStatuses: true, ephemeralContainerStatuses: true },
} as const;

const STATUSES = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const;

export function readLogPod(pod: unknown): LogPod {
  const { containers, main, over } = readContainers(pod);
  const statuses = STATUSES.flatMap((field) => list(pod, 'status', field));
  return {
    uid: text(pod, 'metadata', 'uid') ?? '',
    namespace: text(pod, 'metadata', 'namespace') ?? '',
    name: text(pod, 'metadata', 'name') ?? '',
    createdAt: text(pod, 'metadata', 'creationTimestamp') ?? '',
    templateHash: text(pod, 'metadata', 'labels', 'pod-template-hash'),
    containers: containers.map((container) => ({
      ...container,
      ...runsOf(statuses.find((status) => text(status, 'name') === container.name)),
    })),
    main,
    over,
  };
}

/** The runs in the order in which the kubelet chooses the log to send (`validateContainerLogStatus`). */
function runsOf(status: unknown): Pick<LogContainer, 'run' | 'previous'> {
  const last = get(status, 'lastState', 'terminated');
  const lastRun = text(last, 'containerID') || undefined;
  const running = get(status, 'state', 'running') !== undefined ? text(status, 'containerID') : undefined;
  const run = running || text(status, 'state', 'terminated', 'containerID') || undefined;
  if (run === undefined || lastRun === undefined || run === lastRun)
    return { run: run ?? lastRun, previous: undefined };
  const previous = { run: lastRun, exitCode: text(last, 'exitCode'), endedAt: text(last, 'finishedAt') };
  return { run, previous };
}
