import type { LabelSelector, Service } from '../model/kinds.ts';
import type { KubeObject } from '../model/object.ts';
import { formatLabelSelector } from '../store/label-selector.ts';
import { age } from './age.ts';
import { columns, type Printer } from './printer.ts';

/** A list as printed: the first few items and the number of others. */
function firstOf(items: string[], limit: number): string {
  if (items.length === 0) return '<none>';
  const more = items.length - limit;
  return items.slice(0, limit).join(',') + (more > 0 ? ` + ${more} more...` : '');
}

function externalAddress({ spec, status }: Service): string {
  const external = spec.externalIPs ?? [];
  const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '');
  if (spec.type === 'ExternalName') return spec.externalName ?? '<none>';
  if (spec.type === 'LoadBalancer') return [...ingress, ...external].join(',') || '<pending>';
  return external.join(',') || '<none>';
}

export const servicePrinter: Printer = {
  columns: columns('Name|Type|Cluster-IP|External-IP|Port(s)|Age|*Selector'),
  cells(object: KubeObject, now: number) {
    const service = object as Service;
    const { metadata, spec } = service;
    const ports = (spec.ports ?? []).map(
      ({ port, nodePort, protocol = 'TCP' }) => `${port}${nodePort === undefined ? '' : `:${nodePort}`}/${protocol}`,
    );
    return [
      metadata.name,
      spec.type ?? 'ClusterIP',
      spec.clusterIP ?? '<none>',
      externalAddress(service),
      ports.join(',') || '<none>',
      age(metadata.creationTimestamp, now),
      formatLabelSelector({ matchLabels: spec.selector ?? {} }),
    ];
  },
};

interface Endpoints extends KubeObject {
  subsets?: { addresses?: { ip: string }[]; ports?: { port: number }[] }[];
}

export const endpointsPrinter: Printer = {
  columns: columns('Name|Endpoints|Age'),
  cells(object: KubeObject, now: number) {
    const { metadata, subsets = [] } = object as Endpoints;
    const all = subsets.flatMap(({ addresses = [], ports = [] }) =>
      ports.length === 0
        ? addresses.map(({ ip }) => ip)
        : ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip}:${port}`)),
    );
    return [metadata.name, firstOf(all, 3), age(metadata.creationTimestamp, now)];
  },
};

interface EndpointSlice extends KubeObject {
  addressType?: string;
  endpoints?: { addresses?: string[] }[] | null;
  ports?: { port?: number }[] | null;
}

export const endpointSlicePrinter: Printer = {
  columns: columns('Name|AddressType|Ports|Endpoints|Age'),
  cells(object: KubeObject, now: number) {
    const { metadata, addressType, endpoints, ports } = object as EndpointSlice;
    const addresses = (endpoints ?? []).flatMap((one) => one.addresses ?? []);
    const numbers = (ports ?? []).map(({ port }) => String(port ?? '*'));
    const shown = [addressType ?? '', numbers.length === 0 ? '<unset>' : firstOf(numbers, 3)];
    return [
      metadata.name,
      ...shown,
      addresses.length === 0 ? '<unset>' : firstOf(addresses, 3),
      age(metadata.creationTimestamp, now),
    ];
  },
};

interface Ingress extends KubeObject {
  spec: { ingressClassName?: string; rules?: { host?: string }[]; tls?: unknown[] };
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } };
}

export const ingressPrinter: Printer = {
  columns: columns('Name|Class|Hosts|Address|Ports|Age'),
  cells(object: KubeObject, now: number) {
    const { metadata, spec, status } = object as Ingress;
    const hosts = (spec?.rules ?? []).flatMap(({ host }) => host ?? []);
    const addresses = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '');
    return [
      metadata.name,
      spec?.ingressClassName ?? '<none>',
      hosts.length === 0 ? '*' : firstOf(hosts, 3),
      addresses.join(','),
      (spec?.tls ?? []).length > 0 ? '80, 443' : '80',
      age(metadata.creationTimestamp, now),
    ];
  },
};

export const networkPolicyPrinter: Printer = {
  columns: columns('Name|Pod-Selector|Age'),
  cells(object: KubeObject, now: number) {
    const spec = object['spec'] as { podSelector?: LabelSelector } | undefined;
    return [
      object.metadata.name,
      formatLabelSelector(spec?.podSelector ?? {}),
      age(object.metadata.creationTimestamp, now),
    ];
  },
};
