import { describe, expect, it } from 'vitest';
import type { KubeEvent, KubeNode, Pod } from './kube-objects.ts';
import {
  groupWarnings,
  healthLine,
  nodeState,
  podsByPhase,
  recentRollouts,
  requestsOf,
  totalRequests,
  troubleOf,
} from './summary.ts';

const asks = (cpu: string, memory: string) => ({ resources: { requests: { cpu, memory } } });
const pod = (status: Pod['status'], spec: Pod['spec'] = {}): Pod => ({
  metadata: { name: 'p' },
  ...(status && { status }),
  spec,
});
const node = (status: string, extra: Partial<KubeNode> = {}): KubeNode => ({
  metadata: { name: 'n1' },
  status: { conditions: [{ type: 'Ready', status }] },
  ...extra,
});

describe('requests', () => {
  it('sums containers, or takes the larger init container', () => {
    const spec = { containers: [asks('100m', '1Gi'), asks('200m', '1Gi')], initContainers: [asks('1', '10Mi')] };
    expect(requestsOf(pod({}, spec))).toEqual({ cpu: 1, memory: 2 * 1024 ** 3 });
  });
  it('counts sidecars with the containers', () => {
    const sidecar = { ...asks('50m', '0'), restartPolicy: 'Always' };
    const { cpu } = requestsOf(pod({}, { containers: [asks('100m', '0')], initContainers: [sidecar] }));
    expect(cpu).toBeCloseTo(0.15);
  });
  it('leaves out pods without a node and finished ones', () => {
    const spec = { nodeName: 'n1', containers: [asks('1', '0')] };
    const pods = [
      pod({ phase: 'Running' }, spec),
      pod({ phase: 'Succeeded' }, spec),
      pod({ phase: 'Pending' }, { containers: spec.containers }),
    ];
    expect(totalRequests(pods).cpu).toBe(1);
  });
});

describe('troubleOf', () => {
  it('names what a container is waiting for, unless it is only starting', () => {
    expect(
      troubleOf(pod({ phase: 'Running', containerStatuses: [{ state: { waiting: { reason: 'CrashLoopBackOff' } } }] })),
    ).toBe('CrashLoopBackOff');
    expect(
      troubleOf(
        pod({ phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }] }),
      ),
    ).toBeNull();
  });
  it('does not report a finished job', () => {
    const terminated = { reason: 'Completed', exitCode: 0 };
    expect(troubleOf(pod({ phase: 'Succeeded', containerStatuses: [{ state: { terminated } }] }))).toBeNull();
  });
  it('reports evictions', () => expect(troubleOf(pod({ phase: 'Failed', reason: 'Evicted' }))).toBe('Evicted'));
});

it('counts pods by phase, those in trouble separately', () => {
  const crash = { phase: 'Running', containerStatuses: [{ state: { waiting: { reason: 'CrashLoopBackOff' } } }] };
  expect(
    podsByPhase([pod({ phase: 'Running' }), pod(crash), pod({ phase: 'Failed' }), pod({ phase: 'Running' })]),
  ).toEqual([
    { phase: 'Running', tone: 'ok', count: 2 },
    { phase: 'In trouble', tone: 'bad', count: 1 },
    { phase: 'Failed', tone: 'bad', count: 1 },
  ]);
});

describe('groupWarnings', () => {
  const event = (extra: Partial<KubeEvent>): KubeEvent => ({
    metadata: { name: 'e' },
    type: 'Warning',
    reason: 'BackOff',
    involvedObject: { kind: 'Pod', namespace: 'a', name: 'p' },
    lastTimestamp: '2026-01-01T12:00:00Z',
    ...extra,
  });
  const since = Date.parse('2026-01-01T11:30:00Z');

  it('groups by reason and kind, with the newest message and the total count', () => {
    const groups = groupWarnings(
      [
        event({ count: 3, message: 'old' }),
        event({
          count: 2,
          message: 'new',
          lastTimestamp: '2026-01-01T12:01:00Z',
          involvedObject: { kind: 'Pod', namespace: 'a', name: 'q' },
        }),
        event({ reason: 'FailedScheduling' }),
      ],
      since,
    );
    expect(groups.map(({ reason, count }) => [reason, count])).toEqual([
      ['BackOff', 5],
      ['FailedScheduling', 1],
    ]);
    expect(groups[0]).toMatchObject({ message: 'new', lastSeen: '2026-01-01T12:01:00Z' });
    expect(groups[0]?.objects).toHaveLength(2);
  });
  it('omits older and normal events', () => {
    expect(groupWarnings([event({ lastTimestamp: '2026-01-01T11:00:00Z' }), event({ type: 'Normal' })], since)).toEqual(
      [],
    );
  });
  it('reads series and event time if the old fields are null', () => {
    const modern = event({
      lastTimestamp: null,
      series: { count: 7, lastObservedTime: '2026-01-01T12:00:00.000000Z' },
    });
    expect(groupWarnings([modern], since)[0]?.count).toBe(7);
    expect(groupWarnings([event({ lastTimestamp: null, eventTime: '2026-01-01T12:00:00.5Z' })], since)).toHaveLength(1);
  });
});

it('finds rollouts by the replica sets of deployments, newest first', () => {
  const set = (name: string, at: string, kind = 'Deployment') => ({
    metadata: { name, namespace: 'a', creationTimestamp: at, ownerReferences: [{ kind, name: 'web' }] },
  });
  const sets = [
    set('web-1', '2026-01-01T00:00:00Z'),
    set('web-2', '2026-01-02T00:00:00Z'),
    set('x', '2026-01-03T00:00:00Z', 'Other'),
  ];
  expect(recentRollouts(sets, 5).map(({ at }) => at)).toEqual(['2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z']);
});

describe('healthLine', () => {
  it('summarises a healthy cluster', () => {
    expect(healthLine({ nodes: [node('True')], pods: [pod({ phase: 'Running' })] })).toEqual({
      tone: 'ok',
      text: 'Healthy: 1 of 1 nodes ready, 1 pod running',
    });
  });
  it('names what is wrong', () => {
    expect(healthLine({ nodes: [node('False')], pods: undefined })).toEqual({
      tone: 'bad',
      text: 'Node n1 is not ready; 0 of 1 nodes ready',
    });
    expect(healthLine({ nodes: undefined, pods: [pod({ phase: 'Failed' })] }).tone).toBe('warn');
  });
  it('does not guess', () => expect(healthLine({ nodes: undefined, pods: undefined }).tone).toBe('idle'));
});

it('recognises silent and cordoned nodes, and nodes under pressure', () => {
  expect(nodeState(node('Unknown')).word).toBe('Not heard from');
  expect(nodeState(node('True', { spec: { unschedulable: true } })).word).toBe('Cordoned');
  const underPressure = node('True', {
    status: {
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'DiskPressure', status: 'True' },
      ],
    },
  });
  expect(nodeState(underPressure)).toEqual({ ready: true, tone: 'warn', word: 'DiskPressure' });
});
