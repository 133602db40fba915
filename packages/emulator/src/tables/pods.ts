import type { ContainerStatus, Pod } from '../model/kinds.ts';
import type { KubeObject } from '../model/object.ts';
import { age } from './age.ts';
import { columns, type Printer } from './printer.ts';

/** The STATUS of a pod, as in the apiserver's printPod. */
function podStatus(pod: Pod): string {
  const { status = {}, metadata } = pod;
  let reason = status.reason ?? status.phase ?? 'Unknown';
  for (const { state, ready } of (status.containerStatuses ?? []).toReversed()) {
    if (state.waiting !== undefined) reason = state.waiting.reason;
    else if (state.terminated !== undefined) {
      reason = state.terminated.reason || `ExitCode:${state.terminated.exitCode}`;
    } else if (ready && reason === 'Completed') reason = 'Running';
  }
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  return reason;
}

function restarts(statuses: ContainerStatus[], now: number): string {
  const count = statuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
  const ends = statuses.flatMap(({ lastState }) => lastState.terminated?.finishedAt ?? []);
  const last = ends.sort().at(-1);
  return count === 0 || last === undefined ? String(count) : `${count} (${age(last, now)} ago)`;
}

export const podPrinter: Printer = {
  columns: columns('Name|Ready|Status|Restarts|Age|*IP|*Node|*Nominated Node|*Readiness Gates'),
  cells(object: KubeObject, now: number) {
    const pod = object as Pod;
    const statuses = pod.status?.containerStatuses ?? [];
    return [
      pod.metadata.name,
      `${statuses.filter(({ ready }) => ready).length}/${pod.spec.containers.length}`,
      podStatus(pod),
      restarts(statuses, now),
      age(pod.metadata.creationTimestamp, now),
      pod.status?.podIP ?? '<none>',
      pod.spec.nodeName ?? '<none>',
      pod.status?.nominatedNodeName ?? '<none>',
      '<none>',
    ];
  },
  conditions(object: KubeObject) {
    const phase = (object as Pod).status?.phase;
    if (phase !== 'Succeeded' && phase !== 'Failed') return {};
    const message =
      phase === 'Succeeded' ? 'The pod has completed successfully.' : 'The pod failed and will not be restarted.';
    return { conditions: [{ type: 'Completed', status: 'True', reason: phase, message }] };
  },
};
