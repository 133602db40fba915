import { formatBytes } from '#components/format/bytes.ts';
import { parseQuantity } from '#components/format/quantity.ts';
import { get, list, number, record, strings, text } from '#features/kube/read.ts';
import { code, type DataEntry, type Description, type FactValue, fact, textValue } from './facts.ts';
import { pairs, timeOf, writeSelector } from './workloads.ts';

export function describeService(service: unknown): Description {
  const namespace = text(service, 'metadata', 'namespace') ?? '';
  const labelSelector = writeSelector(get(service, 'spec', 'selector'));
  const outside = [
    ...list(service, 'status', 'loadBalancer', 'ingress').flatMap(
      (one) => text(one, 'ip') ?? text(one, 'hostname') ?? [],
    ),
    ...list(service, 'spec', 'externalIPs').map(String),
  ];
  const waiting = text(service, 'spec', 'type') === 'LoadBalancer' && outside.length === 0;
  return {
    state: waiting ? { tone: 'warn', text: 'Waiting for an address' } : undefined,
    facts: [
      ...fact('Type', text(service, 'spec', 'type')),
      ...fact(
        'Cluster IP',
        code(list(service, 'spec', 'clusterIPs').map(String).join(', ') || (text(service, 'spec', 'clusterIP') ?? '–')),
      ),
      ...fact('Outside', outside.length === 0 ? undefined : code(outside.join(', '))),
      ...fact('External name', text(service, 'spec', 'externalName')),
      ...fact('Inside the cluster', code(`${text(service, 'metadata', 'name') ?? ''}.${namespace}.svc`)),
      ...fact('Session affinity', text(service, 'spec', 'sessionAffinity')),
      ...fact(
        'Selector',
        labelSelector === '' ? textValue('None: its endpoints are managed elsewhere') : code(labelSelector),
      ),
    ],
    sections: [
      {
        type: 'table',
        title: 'Ports',
        columns: ['Name', 'Port', 'Target', 'Node port', 'Protocol'],
        rows: list(service, 'spec', 'ports').map((port) => [
          textValue(text(port, 'name') ?? '–'),
          code(text(port, 'port') ?? ''),
          code(text(port, 'targetPort') ?? ''),
          code(text(port, 'nodePort') ?? '–'),
          textValue(text(port, 'protocol') ?? 'TCP'),
        ]),
      },
      ...(labelSelector === '' ? [] : [{ type: 'pods' as const, title: 'Pods behind it', namespace, labelSelector }]),
    ],
  };
}

export function describeNode(node: unknown): Description {
  const labels = strings(node, 'metadata', 'labels');
  const roles = Object.keys(labels).flatMap((label) =>
    label.startsWith('node-role.kubernetes.io/') ? label.slice(24) : [],
  );
  const info = (key: string) => text(node, 'status', 'nodeInfo', key);
  const allocatable = record(node, 'status', 'allocatable');
  return {
    facts: [
      ...fact('Roles', roles.join(', ')),
      ...fact('Kubelet', info('kubeletVersion')),
      ...fact('Runtime', info('containerRuntimeVersion')),
      ...fact('System', [info('osImage'), info('kernelVersion'), info('architecture')].filter(Boolean).join(', ')),
      ...fact('Zone', labels['topology.kubernetes.io/zone']),
      ...fact('Machine', labels['node.kubernetes.io/instance-type']),
      ...fact('Addresses', {
        type: 'list',
        items: list(node, 'status', 'addresses').map((one) =>
          code(`${text(one, 'address') ?? ''} (${text(one, 'type') ?? ''})`),
        ),
      }),
      ...fact('Taints', {
        type: 'list',
        items: list(node, 'spec', 'taints').map((one) =>
          code(
            `${text(one, 'key') ?? ''}${text(one, 'value') ? `=${text(one, 'value')}` : ''}:${text(one, 'effect') ?? ''}`,
          ),
        ),
      }),
    ],
    sections: [
      {
        type: 'table',
        title: 'Capacity',
        columns: ['Resource', 'Allocatable', 'Capacity'],
        rows: Object.entries(record(node, 'status', 'capacity')).map(([name, amount]) => [
          code(name),
          code(amountOf(name, allocatable[name])),
          code(amountOf(name, amount)),
        ]),
      },
      {
        type: 'pods',
        title: 'Pods on it',
        namespace: '',
        fieldSelector: `spec.nodeName=${text(node, 'metadata', 'name') ?? ''}`,
      },
    ],
  };
}

/** Formats memory and storage in readable units; other amounts unchanged. */
function amountOf(name: string, amount: unknown): string {
  if (amount === undefined) return '–';
  const bytes = /memory|storage|hugepages/.test(name) ? parseQuantity(String(amount)) : Number.NaN;
  return Number.isNaN(bytes) ? String(amount) : formatBytes(bytes);
}

export function describeConfigMap(map: unknown): Description {
  const entries: DataEntry[] = [
    ...Object.entries(strings(map, 'data')).map(([key, value]) => ({ key, value, encoded: false })),
    ...Object.entries(strings(map, 'binaryData')).map(([key, value]) => ({ key, value, encoded: true })),
  ];
  return {
    facts: fact('Immutable', get(map, 'immutable') === true ? 'Yes' : undefined),
    sections: [{ type: 'data', title: 'Data', entries, secret: false }],
  };
}

export function describeSecret(secret: unknown): Description {
  const entries = Object.entries(strings(secret, 'data')).map(([key, value]) => ({ key, value, encoded: true }));
  return {
    facts: [
      ...fact('Type', text(secret, 'type')),
      ...fact('Immutable', get(secret, 'immutable') === true ? 'Yes' : undefined),
    ],
    sections: [{ type: 'data', title: 'Data', entries, secret: true }],
  };
}

export function describeEvent(event: unknown): Description {
  const about = get(event, 'involvedObject') ?? get(event, 'regarding');
  const warning = text(event, 'type') === 'Warning';
  return {
    state: { tone: warning ? 'warn' : 'idle', text: text(event, 'reason') ?? '' },
    facts: [
      ...fact('Message', text(event, 'message') ?? text(event, 'note')),
      ...fact('About', {
        type: 'link',
        to: {
          apiVersion: text(about, 'apiVersion') ?? 'v1',
          kind: text(about, 'kind') ?? '',
          namespace: text(about, 'namespace') ?? '',
          name: text(about, 'name') ?? '',
        },
      }),
      ...fact('Type', text(event, 'type')),
      ...fact('Times', number(event, 'count') ?? number(event, 'series', 'count')),
      ...fact('First seen', timeOf(event, 'firstTimestamp')),
      ...fact('Last seen', timeOf(event, 'lastTimestamp') ?? timeOf(event, 'eventTime')),
      ...fact('Source', text(event, 'source', 'component') ?? text(event, 'reportingComponent')),
    ],
    sections: [],
  };
}

export function describeIngress(ingress: unknown): Description {
  const namespace = text(ingress, 'metadata', 'namespace') ?? '';
  const address = list(ingress, 'status', 'loadBalancer', 'ingress').flatMap(
    (one) => text(one, 'ip') ?? text(one, 'hostname') ?? [],
  );
  const backend = (to: unknown): FactValue => {
    const name = text(to, 'service', 'name');
    return name === undefined
      ? code('–')
      : { type: 'link', to: { apiVersion: 'v1', kind: 'Service', namespace, name } };
  };
  const port = (to: unknown) =>
    code(text(to, 'service', 'port', 'number') ?? text(to, 'service', 'port', 'name') ?? '–');
  const rows = list(ingress, 'spec', 'rules').flatMap((rule) =>
    list(rule, 'http', 'paths').map((path) => [
      code(text(rule, 'host') ?? '*'),
      code(text(path, 'path') ?? '/'),
      backend(get(path, 'backend')),
      port(get(path, 'backend')),
    ]),
  );
  const standard = get(ingress, 'spec', 'defaultBackend');
  if (standard !== undefined) rows.push([code('*'), code('(all others)'), backend(standard), port(standard)]);
  const secrets = list(ingress, 'spec', 'tls').flatMap((one): FactValue[] => {
    const name = text(one, 'secretName');
    return name === undefined ? [] : [{ type: 'link', to: { apiVersion: 'v1', kind: 'Secret', namespace, name } }];
  });
  return {
    facts: [
      ...fact('Class', text(ingress, 'spec', 'ingressClassName')),
      ...fact('Address', address.length === 0 ? textValue('None yet') : code(address.join(', '))),
      ...fact('TLS', secrets.length === 0 ? undefined : { type: 'list', items: secrets }),
    ],
    sections: [{ type: 'table', title: 'Rules', columns: ['Host', 'Path', 'Service', 'Port'], rows }],
  };
}

export function describeClaim(claim: unknown): Description {
  const volume = text(claim, 'spec', 'volumeName');
  const storage = text(claim, 'spec', 'storageClassName');
  return {
    facts: [
      ...fact('Capacity', text(claim, 'status', 'capacity', 'storage')),
      ...fact('Asked for', text(claim, 'spec', 'resources', 'requests', 'storage')),
      ...fact(
        'Volume',
        volume === undefined
          ? undefined
          : { type: 'link', to: { apiVersion: 'v1', kind: 'PersistentVolume', namespace: '', name: volume } },
      ),
      ...fact(
        'Class',
        storage === undefined
          ? undefined
          : {
              type: 'link',
              to: { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', namespace: '', name: storage },
            },
      ),
      ...fact('Access', list(claim, 'spec', 'accessModes').map(String).join(', ')),
      ...fact('Mode', text(claim, 'spec', 'volumeMode')),
    ],
    sections: [],
  };
}

const MOST_FACTS = 24;

/** For a kind without a description of its own: its simple fields unchanged, and its phase if it has one. */
export function describeAny(object: unknown): Description {
  const phase = text(object, 'status', 'phase') ?? text(object, 'status', 'state');
  const ready = list(object, 'status', 'conditions').find((one) => text(one, 'type') === 'Ready');
  const readyWords = text(ready, 'status');
  const simple = (part: string) =>
    Object.entries(record(object, part)).flatMap(([key, value]) => {
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
        return fact(label(key), code(String(value)));
      const words =
        Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string') ? value : undefined;
      if (words !== undefined) return fact(label(key), { type: 'list', items: words.slice(0, 12).map(code) });
      return key.endsWith('elector') || key.endsWith('abels')
        ? fact(label(key), pairs(strings(value, 'matchLabels')) ?? pairs(strings(value)))
        : [];
    });
  const state =
    readyWords !== undefined
      ? {
          tone: readyWords === 'True' ? ('ok' as const) : ('warn' as const),
          text: readyWords === 'True' ? 'Ready' : (text(ready, 'reason') ?? 'Not ready'),
        }
      : phase === undefined
        ? undefined
        : {
            tone: /^(active|bound|ready|running|available|succeeded)$/i.test(phase)
              ? ('ok' as const)
              : /fail|error|lost/i.test(phase)
                ? ('bad' as const)
                : ('idle' as const),
            text: phase,
          };
  return { state, facts: [...simple('spec'), ...simple('status')].slice(0, MOST_FACTS), sections: [] };
}

/** A label for a field: `storageClassName` becomes "Storage class name". */
function label(key: string): string {
  const words = key.replace(/([a-z0-9])([A-Z])/g, '$1 $2');
  return words.charAt(0).toUpperCase() + words.slice(1).replace(/ [A-Z](?=[a-z])/g, (found) => found.toLowerCase());
}
