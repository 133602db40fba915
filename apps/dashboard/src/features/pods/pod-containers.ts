import { href } from '#components/href.ts';
import { get, list, number, text } from '#features/kube/read.ts';

export interface PodContainer {
  name: string;
  kind: 'container' | 'init' | 'debug';
  state: 'running' | 'waiting' | 'terminated' | 'unknown';
  exitCode: number | undefined;
  restarts: number;
}

export interface PodContainers {
  containers: readonly PodContainer[];
  /** The default container: the one named by the pod's annotation, otherwise the first. */
  main: string | undefined;
  /** Whether the pod has finished and no container will run again. */
  over: boolean;
}

const FIELDS = [
  ['containers', 'containerStatuses', 'container'],
  ['initContainers', 'initContainerStatuses', 'init'],
  ['ephemeralContainers', 'ephemeralContainerStatuses', 'debug'],
] as const;

export function podPath({ namespace, pod }: { namespace: string; pod: string }): string {
  return href`/api/v1/namespaces/${namespace}/pods/${pod}`;
}

/** Reads the containers of a Pod. */
export function readContainers(pod: unknown): PodContainers {
  const containers = FIELDS.flatMap(([spec, status, kind]) =>
    list(pod, 'spec', spec).flatMap((container) => {
      const name = text(container, 'name');
      return name === undefined ? [] : [readContainer(pod, { name, status, kind })];
    }),
  );
  const chosen = text(pod, 'metadata', 'annotations', 'kubectl.kubernetes.io/default-container');
  const phase = text(pod, 'status', 'phase');
  return {
    containers,
    main: containers.find(({ name }) => name === chosen)?.name ?? containers[0]?.name,
    over: phase === 'Succeeded' || phase === 'Failed',
  };
}

function readContainer(
  pod: unknown,
  { name, status, kind }: { name: string; status: string; kind: PodContainer['kind'] },
): PodContainer {
  const now = list(pod, 'status', status).find((one) => text(one, 'name') === name);
  const states = ['running', 'waiting', 'terminated'] as const;
  return {
    name,
    kind,
    state: states.find((state) => get(now, 'state', state) !== undefined) ?? 'unknown',
    exitCode: number(now, 'state', 'terminated', 'exitCode'),
    restarts: number(now, 'restartCount') ?? 0,
  };
}
