import type { CoreEvent, Node, RoleBinding } from '../model/kinds.ts';
import type { KubeObject } from '../model/object.ts';
import { age } from './age.ts';
import { columns, type Printer } from './printer.ts';

export const namespacePrinter: Printer = {
  columns: columns('Name|Status|Age'),
  cells: (object: KubeObject, now: number) => [
    object.metadata.name,
    (object['status'] as { phase?: string } | undefined)?.phase ?? '',
    age(object.metadata.creationTimestamp, now),
  ],
};

const ROLE = 'node-role.kubernetes.io/';

export const nodePrinter: Printer = {
  columns: columns(
    'Name|Status|Roles|Age|Version|*Internal-IP|*External-IP|*OS-Image|*Kernel-Version|*Container-Runtime',
  ),
  cells(object: KubeObject, now: number) {
    const { metadata, spec, status } = object as Node;
    const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    const states = [ready === 'True' ? 'Ready' : ready === undefined ? 'Unknown' : 'NotReady'];
    if (spec?.unschedulable === true) states.push('SchedulingDisabled');
    const roles = Object.keys(metadata.labels ?? {}).flatMap((key) =>
      key.startsWith(ROLE) ? key.slice(ROLE.length) : [],
    );
    const address = (type: string) => status?.addresses?.find((one) => one.type === type)?.address ?? '<none>';
    const info = status?.nodeInfo ?? {};
    return [
      metadata.name,
      states.join(','),
      roles.sort().join(',') || '<none>',
      age(metadata.creationTimestamp, now),
      info['kubeletVersion'] ?? '',
      address('InternalIP'),
      address('ExternalIP'),
      info['osImage'] ?? '<unknown>',
      info['kernelVersion'] ?? '<unknown>',
      info['containerRuntimeVersion'] ?? '<unknown>',
    ];
  },
};

export const eventPrinter: Printer = {
  columns: columns('Last Seen|Type|Reason|Object|*Subobject|*Source|Message|*First Seen|*Count|*Name'),
  cells(object: KubeObject, now: number) {
    const event = object as CoreEvent;
    const { involvedObject, source } = event;
    const first = event.firstTimestamp ?? event.eventTime;
    const component = source?.component || event.reportingComponent || '';
    return [
      age(event.lastTimestamp ?? first, now),
      event.type ?? '',
      event.reason ?? '',
      `${(involvedObject?.kind ?? '').toLowerCase()}/${involvedObject?.name ?? ''}`,
      involvedObject?.fieldPath ?? '',
      [component, source?.host].filter(Boolean).join(', '),
      (event.message ?? '').trim(),
      age(first, now),
      event.count ?? 1,
      event.metadata.name,
    ];
  },
};

export const createdAtPrinter: Printer = {
  columns: columns('Name|Created At:date'),
  cells: (object: KubeObject) => [object.metadata.name, object.metadata.creationTimestamp],
};

export const bindingPrinter: Printer = {
  columns: columns('Name|Role|Age|*Users|*Groups|*ServiceAccounts'),
  cells(object: KubeObject, now: number) {
    const { metadata, roleRef, subjects } = object as RoleBinding;
    const named = (kind: string) => (subjects ?? []).filter((subject) => subject.kind === kind);
    return [
      metadata.name,
      `${roleRef.kind}/${roleRef.name}`,
      age(metadata.creationTimestamp, now),
      named('User')
        .map(({ name }) => name)
        .join(', '),
      named('Group')
        .map(({ name }) => name)
        .join(', '),
      named('ServiceAccount')
        .map(({ namespace, name }) => `${namespace}/${name}`)
        .join(', '),
    ];
  },
};

export const leasePrinter: Printer = {
  columns: columns('Name|Holder|Age'),
  cells: (object: KubeObject, now: number) => [
    object.metadata.name,
    (object['spec'] as { holderIdentity?: string } | undefined)?.holderIdentity ?? '',
    age(object.metadata.creationTimestamp, now),
  ],
};

interface Metrics extends KubeObject {
  usage?: Record<string, string>;
  containers?: { usage: Record<string, string> }[];
  window?: string;
}

export const metricsPrinter: Printer = {
  columns: columns('Name|cpu|memory|window'),
  cells(object: KubeObject) {
    const { metadata, usage, containers, window } = object as Metrics;
    const sum = usage ?? containers?.[0]?.usage ?? {};
    return [metadata.name, sum['cpu'] ?? '', sum['memory'] ?? '', window ?? ''];
  },
};
