import type { Pod, Service, ServicePort } from '../../model/kinds.ts';
import { type KubeObject, type Manifest, ownerReference } from '../../model/object.ts';
import { hashSuffix } from '../../model/random-suffix.ts';
import { matchLabels } from '../../store/label-selector.ts';
import { isFinished, isReady, isTerminating } from '../pod-factory.ts';
import type { Controller, Simulation } from '../simulation.ts';

/** Maintains the endpoints and the endpoint slice of a service with a selector. */
export function serviceController(simulation: Simulation): Controller {
  return {
    resource: 'services',
    reconcile(object: KubeObject) {
      const service = object as Service;
      const { selector, ports = [] } = service.spec;
      if (selector === undefined || Object.keys(selector).length === 0) return;
      const matches = matchLabels({ matchLabels: selector });
      const pods = (simulation.store.list('pods', service.metadata.namespace) as Pod[]).filter(
        (pod) =>
          matches(pod.metadata.labels ?? {}) &&
          pod.status?.podIP !== undefined &&
          !isTerminating(pod) &&
          !isFinished(pod),
      );
      const numbers = ports.map((port) => ({ ...port, number: portNumber(port, pods[0]) }));
      put(simulation, 'endpoints', endpoints(service, pods, numbers));
      put(simulation, 'endpointslices.discovery.k8s.io', endpointSlice(service, pods, numbers));
    },
  };
}

type NumberedPort = ServicePort & { number: number };

/** The port on the pods; a named port is looked up in the pod. */
function portNumber({ targetPort, port }: ServicePort, pod: Pod | undefined): number {
  if (typeof targetPort === 'number') return targetPort;
  const named = pod?.spec.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === targetPort);
  return named?.containerPort ?? port;
}

function reference({ metadata }: Pod): object {
  const { name, namespace, uid } = metadata;
  return { kind: 'Pod', namespace, name, uid };
}

function endpoints(service: Service, pods: Pod[], ports: NumberedPort[]): Manifest {
  const { name, namespace = '', labels } = service.metadata;
  const address = (pod: Pod) => ({ ip: pod.status?.podIP, nodeName: pod.spec.nodeName, targetRef: reference(pod) });
  const [ready, waiting] = [pods.filter(isReady), pods.filter((pod) => !isReady(pod))];
  const subset = {
    ...(ready.length > 0 ? { addresses: ready.map(address) } : {}),
    ...(waiting.length > 0 ? { notReadyAddresses: waiting.map(address) } : {}),
    ports: ports.map(({ name: portName, number, protocol = 'TCP' }) => ({ name: portName, port: number, protocol })),
  };
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name, namespace, ...(labels === undefined ? {} : { labels }) },
    ...(pods.length > 0 ? { subsets: [subset] } : {}),
  };
}

function endpointSlice(service: Service, pods: Pod[], ports: NumberedPort[]): Manifest {
  const { name, namespace = '', labels, uid } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${hashSuffix(uid, 5)}`,
      generateName: `${name}-`,
      namespace,
      labels: {
        ...labels,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        'kubernetes.io/service-name': name,
      },
      ownerReferences: [ownerReference(service)],
    },
    addressType: 'IPv4',
    endpoints: pods.map((pod) => ({
      addresses: [pod.status?.podIP],
      conditions: { ready: isReady(pod), serving: isReady(pod), terminating: false },
      nodeName: pod.spec.nodeName,
      targetRef: reference(pod),
    })),
    ports: ports.map(({ name: portName, number, protocol = 'TCP' }) => ({
      name: portName ?? '',
      protocol,
      port: number,
    })),
  };
}

/** Creates or updates an object, without undefined fields. */
function put({ store }: Simulation, resource: string, manifest: Manifest): void {
  const wanted = JSON.parse(JSON.stringify(manifest)) as Manifest;
  const { name, namespace = '' } = wanted.metadata;
  const current = store.find(resource, namespace, name);
  if (current === undefined) store.create(resource, wanted);
  else store.update(resource, { ...wanted, metadata: { ...current.metadata, ...wanted.metadata } });
}
