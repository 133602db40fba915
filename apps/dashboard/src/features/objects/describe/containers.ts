import type { Tone } from '#components/ui/tone.ts';
import { get, list, number, record, strings, text } from '#features/kube/read.ts';
import { type ContainerFacts, code, type FactValue, fact } from './facts.ts';

/** The containers of a pod (with their state) or of a pod template (without). */
export function containerFacts(spec: unknown, status: unknown, namespace: string): ContainerFacts[] {
  const of = (specs: string, statuses: string, role: (container: unknown) => string | undefined) =>
    list(spec, specs).map((container) => {
      const name = text(container, 'name') ?? '';
      const now = list(status, statuses).find((one) => text(one, 'name') === name);
      return readContainer(container, { now, role: role(container), namespace });
    });
  return [
    ...of('initContainers', 'initContainerStatuses', (one) =>
      text(one, 'restartPolicy') === 'Always' ? 'sidecar' : 'init',
    ),
    ...of('containers', 'containerStatuses', () => undefined),
    ...of('ephemeralContainers', 'ephemeralContainerStatuses', () => 'debug'),
  ];
}

function readContainer(
  container: unknown,
  about: { now: unknown; role: string | undefined; namespace: string },
): ContainerFacts {
  const { now, role, namespace } = about;
  const last = get(now, 'lastState', 'terminated');
  return {
    name: text(container, 'name') ?? '',
    role,
    image: text(container, 'image') ?? '',
    state: now === undefined ? undefined : stateOf(now),
    last:
      last === undefined
        ? undefined
        : `${text(last, 'reason') ?? 'Ended'}, exit code ${number(last, 'exitCode') ?? '?'}`,
    restarts: number(now, 'restartCount') ?? 0,
    facts: [
      ...fact('Command', commandOf(container)),
      ...fact('Ports', portsOf(container)),
      ...fact('Requests', amounts(container, 'requests')),
      ...fact('Limits', amounts(container, 'limits')),
      ...['startupProbe', 'readinessProbe', 'livenessProbe'].flatMap((probe) =>
        fact(probeNames[probe] ?? probe, probeOf(container, probe)),
      ),
      ...fact('Environment', environmentOf(container, namespace)),
      ...fact('Mounts', mountsOf(container)),
    ],
  };
}

const probeNames: Record<string, string> = {
  startupProbe: 'Startup probe',
  readinessProbe: 'Readiness probe',
  livenessProbe: 'Liveness probe',
};

function stateOf(status: unknown): { tone: Tone; text: string } {
  const waiting = get(status, 'state', 'waiting');
  const terminated = get(status, 'state', 'terminated');
  if (terminated !== undefined) {
    const exitCode = number(terminated, 'exitCode') ?? 0;
    return {
      tone: exitCode === 0 ? 'idle' : 'bad',
      text: `${text(terminated, 'reason') ?? 'Ended'}, exit code ${exitCode}`,
    };
  }
  if (waiting !== undefined) {
    const reason = text(waiting, 'reason') ?? 'Waiting';
    const harmless = reason === 'ContainerCreating' || reason === 'PodInitializing' || reason === 'Waiting';
    return { tone: harmless ? 'warn' : 'bad', text: reason };
  }
  if (get(status, 'state', 'running') === undefined) return { tone: 'idle', text: 'Unknown' };
  return get(status, 'ready') === true ? { tone: 'ok', text: 'Running' } : { tone: 'warn', text: 'Running, not ready' };
}

function commandOf(container: unknown): FactValue | undefined {
  const words = [...list(container, 'command'), ...list(container, 'args')].map(String);
  return words.length === 0
    ? undefined
    : code(words.map((word) => (/[\s"']/.test(word) ? JSON.stringify(word) : word)).join(' '));
}

function portsOf(container: unknown): FactValue | undefined {
  const ports = list(container, 'ports').map((port) => {
    const name = text(port, 'name');
    return code(
      `${text(port, 'containerPort') ?? '?'}/${text(port, 'protocol') ?? 'TCP'}${name === undefined ? '' : ` (${name})`}`,
    );
  });
  return ports.length === 0 ? undefined : { type: 'list', items: ports };
}

function amounts(container: unknown, which: 'requests' | 'limits'): string | undefined {
  const entries = Object.entries(record(container, 'resources', which));
  return entries.length === 0 ? undefined : entries.map(([name, amount]) => `${name} ${String(amount)}`).join(', ');
}

function probeOf(container: unknown, name: string): FactValue | undefined {
  const probe = get(container, name);
  if (probe === undefined) return undefined;
  const http = get(probe, 'httpGet');
  const how =
    http !== undefined
      ? `${(text(http, 'scheme') ?? 'HTTP').toLowerCase()} :${text(http, 'port') ?? ''}${text(http, 'path') ?? ''}`
      : get(probe, 'tcpSocket') !== undefined
        ? `tcp :${text(probe, 'tcpSocket', 'port') ?? ''}`
        : get(probe, 'grpc') !== undefined
          ? `grpc :${text(probe, 'grpc', 'port') ?? ''}`
          : `exec ${list(probe, 'exec', 'command').map(String).join(' ')}`;
  return code(`${how} every ${number(probe, 'periodSeconds') ?? 10}s`);
}

/** The variables with their values or sources; values from secrets are never shown here. */
function environmentOf(container: unknown, namespace: string): FactValue | undefined {
  const direct = list(container, 'env').map((variable): FactValue => {
    const name = text(variable, 'name') ?? '';
    const from = get(variable, 'valueFrom');
    if (from === undefined) return code(`${name}=${text(variable, 'value') ?? ''}`);
    const [source = ''] = Object.keys(record(from));
    const key = text(from, source, 'key') ?? text(from, source, 'fieldPath') ?? text(from, source, 'resource') ?? '';
    const of = text(from, source, 'name');
    return code(`${name} from ${of === undefined ? '' : `${source.replace(/KeyRef$/, '')} ${of}, `}${key}`);
  });
  const whole = list(container, 'envFrom').flatMap((from): FactValue[] => {
    const secret = text(from, 'secretRef', 'name');
    const map = text(from, 'configMapRef', 'name');
    if (secret !== undefined)
      return [{ type: 'link', to: { apiVersion: 'v1', kind: 'Secret', namespace, name: secret } }];
    return map === undefined
      ? []
      : [{ type: 'link', to: { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: map } }];
  });
  const items = [...whole, ...direct];
  return items.length === 0 ? undefined : { type: 'list', items };
}

function mountsOf(container: unknown): FactValue | undefined {
  const items = list(container, 'volumeMounts').map((mount) =>
    code(
      `${text(mount, 'mountPath') ?? ''} from ${text(mount, 'name') ?? ''}${get(mount, 'readOnly') === true ? ' (read-only)' : ''}`,
    ),
  );
  return items.length === 0 ? undefined : { type: 'list', items };
}

/** A pod's volumes with their sources, as rows of a table. */
export function volumeRows(spec: unknown, namespace: string): FactValue[][] {
  return list(spec, 'volumes').map((volume) => {
    const { name, ...sources } = record(volume);
    const [kind = '?'] = Object.keys(sources);
    return [code(String(name)), { type: 'text', text: kind }, volumeSource(volume, { kind, namespace })];
  });
}

function volumeSource(volume: unknown, { kind, namespace }: { kind: string; namespace: string }): FactValue {
  const link = (to: string, name: string | undefined): FactValue =>
    name === undefined ? code('–') : { type: 'link', to: { apiVersion: 'v1', kind: to, namespace, name } };
  if (kind === 'configMap') return link('ConfigMap', text(volume, kind, 'name'));
  if (kind === 'secret') return link('Secret', text(volume, kind, 'secretName'));
  if (kind === 'persistentVolumeClaim') return link('PersistentVolumeClaim', text(volume, kind, 'claimName'));
  if (kind === 'projected') {
    const items = list(volume, kind, 'sources').flatMap((source): FactValue[] => {
      const [type = ''] = Object.keys(record(source));
      if (type === 'configMap') return [link('ConfigMap', text(source, type, 'name'))];
      if (type === 'secret') return [link('Secret', text(source, type, 'name'))];
      return [{ type: 'text', text: type }];
    });
    return { type: 'list', items };
  }
  const details = Object.entries(strings(volume, kind)).map(([key, value]) => `${key} ${value}`);
  return code(details.join(', ') || '–');
}
