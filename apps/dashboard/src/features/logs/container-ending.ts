import type { PodContainers } from '#features/pods/pod-containers.ts';

/** What it means that a container is not running, given the pod's state. Without a message, it is running. */
export function endingOf(
  pod: Pick<PodContainers, 'containers' | 'over'>,
  name: string,
): { final: boolean; message: string } {
  const container = pod.containers.find((one) => one.name === name);
  const over = container?.state === 'terminated';
  const how =
    over && container.exitCode !== undefined ? `The container ended with exit code ${container.exitCode}` : '';
  if (pod.over || (over && container.kind !== 'container')) {
    return { final: true, message: `${how || 'The pod has ended'}.` };
  }
  if (over) return { final: false, message: `${how || 'The container has ended'}; it will be started again` };
  if (container?.state === 'waiting') return { final: false, message: 'The container is waiting to start' };
  return { final: false, message: '' };
}
