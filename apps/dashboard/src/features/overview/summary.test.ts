import { describe, expect, it } from 'vitest';
import type { KubeEvent, Pod } from './kube-objects.ts';
import { groupWarnings, requestsOf, totalRequests } from './summary.ts';

const asks = (cpu: string, memory: string) => ({ resources: { requests: { cpu, memory } } });
const pod = (status: Pod['status'], spec: Pod['spec'] = {}): Pod => ({
  metadata: { name: 'p' },
  ...(status && { status }),
  spec,
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
