import { get, list, number, record, strings, text } from '#features/kube/read.ts';
import { containerFacts, volumeRows } from './containers.ts';
import { code, type Description, type Fact, type FactValue, fact, type Section } from './facts.ts';

export function describePod(pod: unknown): Description {
  const namespace = text(pod, 'metadata', 'namespace') ?? '';
  const node = text(pod, 'spec', 'nodeName');
  const account = text(pod, 'spec', 'serviceAccountName');
  const volumes = volumeRows(get(pod, 'spec'), namespace);
  const ips = list(pod, 'status', 'podIPs').flatMap((one) => text(one, 'ip') ?? []);
  return {
    facts: [
      ...fact(
        'Node',
        node === undefined
          ? undefined
          : { type: 'link', to: { apiVersion: 'v1', kind: 'Node', namespace: '', name: node } },
      ),
      ...fact('Pod IP', ips.length === 0 ? undefined : code(ips.join(', '))),
      ...fact('Started', timeOf(pod, 'status', 'startTime')),
      ...fact(
        'Service account',
        account === undefined
          ? undefined
          : { type: 'link', to: { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: account } },
      ),
      ...fact('QoS class', text(pod, 'status', 'qosClass')),
      ...fact('Priority class', text(pod, 'spec', 'priorityClassName')),
      ...fact('Restart policy', text(pod, 'spec', 'restartPolicy')),
    ],
    sections: [
      { type: 'containers', containers: containerFacts(get(pod, 'spec'), get(pod, 'status'), namespace) },
      ...(volumes.length === 0
        ? []
        : [{ type: 'table' as const, title: 'Volumes', columns: ['Name', 'Kind', 'From'], rows: volumes }]),
    ],
  };
}

/** Describes Deployment, ReplicaSet, StatefulSet and ReplicationController, which have replicas and a template. */
export function describeReplicated(workload: unknown): Description {
  const wanted = number(workload, 'spec', 'replicas') ?? 1;
  const ready = number(workload, 'status', 'readyReplicas') ?? 0;
  const service = text(workload, 'spec', 'serviceName');
  const namespace = text(workload, 'metadata', 'namespace') ?? '';
  return {
    facts: [
      ...fact('Replicas', `${ready} of ${wanted} ready`),
      ...fact('Up to date', number(workload, 'status', 'updatedReplicas')),
      ...fact('Available', number(workload, 'status', 'availableReplicas')),
      ...fact('Strategy', strategyOf(workload)),
      ...fact('Paused', get(workload, 'spec', 'paused') === true ? 'Yes' : undefined),
      ...fact('Revision', strings(workload, 'metadata', 'annotations')['deployment.kubernetes.io/revision']),
      ...fact(
        'Service',
        service === undefined || service === ''
          ? undefined
          : { type: 'link', to: { apiVersion: 'v1', kind: 'Service', namespace, name: service } },
      ),
      ...selectorFact(workload),
    ],
    sections: [...podsOf(workload), ...templateOf(workload)],
  };
}

export function describeDaemonSet(workload: unknown): Description {
  const wanted = number(workload, 'status', 'desiredNumberScheduled') ?? 0;
  const ready = number(workload, 'status', 'numberReady') ?? 0;
  return {
    facts: [
      ...fact('Nodes', `${ready} of ${wanted} ready`),
      ...fact('Up to date', number(workload, 'status', 'updatedNumberScheduled')),
      ...fact('On unsuitable nodes', number(workload, 'status', 'numberMisscheduled') || undefined),
      ...fact('Node selector', pairs(strings(workload, 'spec', 'template', 'spec', 'nodeSelector'))),
      ...fact('Strategy', strategyOf(workload)),
      ...selectorFact(workload),
    ],
    sections: [...podsOf(workload), ...templateOf(workload)],
  };
}

export function describeJob(job: unknown): Description {
  const [active, succeeded, failed] = ['active', 'succeeded', 'failed'].map((key) => number(job, 'status', key) ?? 0);
  return {
    facts: [
      ...fact('Completions', `${succeeded} of ${number(job, 'spec', 'completions') ?? 1}`),
      ...fact('Active', active),
      ...fact('Failed', failed),
      ...fact('Parallelism', number(job, 'spec', 'parallelism')),
      ...fact(
        'Tries',
        number(job, 'spec', 'backoffLimit') === undefined
          ? undefined
          : `at most ${(number(job, 'spec', 'backoffLimit') ?? 0) + 1}`,
      ),
      ...fact('Started', timeOf(job, 'status', 'startTime')),
      ...fact('Ended', timeOf(job, 'status', 'completionTime')),
    ],
    sections: [...podsOf(job), ...templateOf(job)],
  };
}

export function describeCronJob(job: unknown): Description {
  const namespace = text(job, 'metadata', 'namespace') ?? '';
  const active = list(job, 'status', 'active').map(
    (one): FactValue => ({
      type: 'link',
      to: { apiVersion: 'batch/v1', kind: 'Job', namespace, name: text(one, 'name') ?? '' },
    }),
  );
  const spec = get(job, 'spec', 'jobTemplate', 'spec', 'template', 'spec');
  return {
    facts: [
      ...fact('Schedule', code(text(job, 'spec', 'schedule') ?? '')),
      ...fact('Time zone', text(job, 'spec', 'timeZone')),
      ...fact('Last run', timeOf(job, 'status', 'lastScheduleTime')),
      ...fact('Last success', timeOf(job, 'status', 'lastSuccessfulTime')),
      ...fact('Running now', active.length === 0 ? undefined : { type: 'list', items: active }),
      ...fact('Concurrency', text(job, 'spec', 'concurrencyPolicy')),
    ],
    sections: [{ type: 'containers', containers: containerFacts(spec, undefined, namespace) }],
  };
}

function strategyOf(workload: unknown): string | undefined {
  const strategy = get(workload, 'spec', 'strategy') ?? get(workload, 'spec', 'updateStrategy');
  const type = text(strategy, 'type');
  const details = Object.entries(record(strategy, 'rollingUpdate')).map(([key, value]) => `${key} ${String(value)}`);
  return type === undefined ? undefined : [type, ...details].join(', ');
}

function templateOf(workload: unknown): Section[] {
  const namespace = text(workload, 'metadata', 'namespace') ?? '';
  const spec = get(workload, 'spec', 'template', 'spec');
  const volumes = volumeRows(spec, namespace);
  return [
    { type: 'containers', containers: containerFacts(spec, undefined, namespace) },
    ...(volumes.length === 0
      ? []
      : [{ type: 'table' as const, title: 'Volumes', columns: ['Name', 'Kind', 'From'], rows: volumes }]),
  ];
}

function podsOf(workload: unknown): Section[] {
  const labelSelector = writeSelector(get(workload, 'spec', 'selector'));
  return labelSelector === ''
    ? []
    : [{ type: 'pods', title: 'Pods', namespace: text(workload, 'metadata', 'namespace') ?? '', labelSelector }];
}

function selectorFact(workload: unknown): Fact[] {
  const selector = writeSelector(get(workload, 'spec', 'selector'));
  return selector === '' ? [] : fact('Selector', code(selector));
}

/** A label selector, plain or with expressions, in the format of the query parameter. Empty if there is none. */
export function writeSelector(selector: unknown): string {
  const plain =
    get(selector, 'matchLabels') === undefined && get(selector, 'matchExpressions') === undefined
      ? strings(selector)
      : strings(selector, 'matchLabels');
  const terms = Object.entries(plain).map(([key, value]) => `${key}=${value}`);
  for (const expression of list(selector, 'matchExpressions')) {
    const key = text(expression, 'key') ?? '';
    const values = list(expression, 'values').map(String).join(',');
    const operator = text(expression, 'operator');
    if (operator === 'Exists') terms.push(key);
    else if (operator === 'DoesNotExist') terms.push(`!${key}`);
    else terms.push(`${key} ${operator === 'NotIn' ? 'notin' : 'in'} (${values})`);
  }
  return terms.join(',');
}

export function timeOf(object: unknown, ...path: string[]): FactValue | undefined {
  const at = text(object, ...path);
  return at === undefined ? undefined : { type: 'time', at };
}

/** `a=1, b=2`; undefined if there are none. */
export function pairs(map: Record<string, string>): FactValue | undefined {
  const entries = Object.entries(map);
  return entries.length === 0 ? undefined : code(entries.map(([key, value]) => `${key}=${value}`).join(', '));
}
