import { type ObjectRef } from '#features/kube/kube-actions.ts';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { commandLine, namespaceFlag } from '#features/kube/kubectl-text.ts';
import { list, number, text } from '#features/kube/read.ts';

/** A port that can be opened on one's own machine. */
export interface OpenablePort {
  port: number;
  /** `http`; undefined if it has no name. */
  name: string | undefined;
  /** `in web`: the container; `to https`: where a service sends it to. */
  of: string | undefined;
  command: string;
}

/** Ports below this need special rights on one's own machine, so another one is proposed there. */
const PRIVILEGED = 1024;

/** The TCP ports of a pod or service; port-forward knows no other protocol. */
export function portsOf(target: ObjectRef, object: KubeObject): OpenablePort[] {
  return target.resource.resource === 'services' ? servicePorts(target, object) : podPorts(target, object);
}

function podPorts(target: ObjectRef, pod: KubeObject): OpenablePort[] {
  const containers = list(pod, 'spec', 'containers');
  return containers.flatMap((container) =>
    list(container, 'ports').flatMap((port) =>
      openable(
        target,
        port,
        'containerPort',
        containers.length > 1 ? `in ${text(container, 'name') ?? ''}` : undefined,
      ),
    ),
  );
}

function servicePorts(target: ObjectRef, service: KubeObject): OpenablePort[] {
  return list(service, 'spec', 'ports').flatMap((port) => {
    const to = text(port, 'targetPort');
    return openable(target, port, 'port', to === undefined || to === text(port, 'port') ? undefined : `to ${to}`);
  });
}

function openable(target: ObjectRef, port: unknown, field: string, of: string | undefined): OpenablePort[] {
  const remote = number(port, field);
  if (remote === undefined || (text(port, 'protocol') ?? 'TCP') !== 'TCP') return [];
  return [{ port: remote, name: text(port, 'name'), of, command: forwardCommand(target, remote) }];
}

/** `kubectl port-forward`, on the same port here if anyone may open it, otherwise on one that is 8000 higher. */
export function forwardCommand({ resource, namespace, name }: ObjectRef, remote: number): string {
  const local = remote < PRIVILEGED ? remote + 8000 : remote;
  return commandLine(
    'kubectl',
    'port-forward',
    ...namespaceFlag(namespace),
    `${resource.kind.toLowerCase()}/${name}`,
    local === remote ? String(remote) : `${local}:${remote}`,
  );
}
