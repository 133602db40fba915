import { describe, expect, it } from 'vitest';
import { KubeError } from '#features/kube/kube-error.ts';
import type { Row } from '#features/kube/table-rows.ts';
import { containerBounds, nodeBounds, podBounds } from './bounds.ts';
import { explainNoUsage, whyNotMeasured } from './no-usage.ts';
import { sparklinePath } from './sparkline-path.ts';
import { readMeasurement } from './usage.ts';
import { UsageJoin, withUsageColumns } from './usage-columns.ts';
import { UsageHistory } from './usage-history.ts';
import { standingOf, usageWords } from './usage-words.ts';

const MIB = 2 ** 20;
const podMetrics = (...containers: object[]) => ({
  metadata: { namespace: 'shop', name: 'web-0' },
  timestamp: '2026-03-01T12:00:00Z',
  window: '15s',
  containers,
});
const used = (name: string, cpu: string, memory: string) => ({ name, usage: { cpu, memory } });

describe('a measurement', () => {
  it('is the sum of the containers, in the units of metrics-server', () => {
    const measured = readMeasurement(podMetrics(used('web', '12500000n', '65536Ki'), used('proxy', '3m', '1Mi')), 0);
    expect(measured?.key).toBe('shop/web-0');
    expect(measured?.at).toBe(Date.parse('2026-03-01T12:00:00Z'));
    expect(measured?.usage.cpu).toBeCloseTo(0.0155);
    expect(measured?.usage.memory).toBe(65 * MIB);
    expect(measured?.containers.get('proxy')).toEqual({ cpu: 0.003, memory: MIB });
  });

  it('of a node has no containers', () => {
    const measured = readMeasurement({ metadata: { name: 'node-1' }, usage: { cpu: '2', memory: '4Gi' } }, 7);
    expect(measured).toEqual({
      key: '/node-1',
      at: 7,
      usage: { cpu: 2, memory: 4096 * MIB },
      containers: new Map(),
    });
  });

  it('is none if it says nothing valid', () => {
    expect(readMeasurement(podMetrics(), 0)).toBeUndefined();
    expect(readMeasurement(podMetrics(used('web', 'much', '-5Mi')), 0)).toBeUndefined();
    expect(readMeasurement({ usage: { cpu: '1' } }, 0)).toBeUndefined();
    expect(readMeasurement('no object', 0)).toBeUndefined();
  });
});

describe('bounds', () => {
  const container = (requests?: object, limits?: object, more?: object) => ({
    resources: { requests, limits },
    ...more,
  });

  it('of a pod count containers and sidecars, not init containers', () => {
    const pod = {
      spec: {
        initContainers: [
          container({ cpu: '4', memory: '8Gi' }),
          container({ cpu: '100m' }, { memory: '64Mi' }, { restartPolicy: 'Always' }),
        ],
        containers: [container({ cpu: '200m', memory: '128Mi' }, { cpu: '1', memory: '256Mi' })],
      },
    };
    const { requests, limits } = podBounds(pod);
    expect(requests.cpu).toBeCloseTo(0.3);
    // A memory limit without a request is a request too.
    expect(requests.memory).toBe(192 * MIB);
    // The sidecar has no CPU limit, so the pod has none.
    expect(limits).toEqual({ memory: 320 * MIB });
  });

  it('are missing where nothing is said', () => {
    expect(podBounds({ spec: { containers: [{}] } })).toEqual({ requests: {}, limits: {} });
    expect(containerBounds(undefined)).toEqual({ requests: {}, limits: {} });
    expect(nodeBounds({ status: { allocatable: { cpu: '7910m', memory: 'lots' } } }).limits).toEqual({ cpu: 7.91 });
  });
});

describe('usage against bounds', () => {
  const bounds = { requests: { cpu: 0.2, memory: 100 * MIB }, limits: { memory: 200 * MIB } };

  it('fills the bar up to the limit, with a mark at the request', () => {
    expect(standingOf(50 * MIB, bounds, 'memory')).toEqual({
      full: 200 * MIB,
      share: 0.25,
      requested: 0.5,
      tone: 'idle',
    });
    expect(standingOf(180 * MIB, bounds, 'memory').tone).toBe('warn');
    expect(standingOf(195 * MIB, bounds, 'memory').tone).toBe('bad');
  });

  it('is compared with the request if there is no limit, where more is no problem', () => {
    expect(standingOf(0.6, bounds, 'cpu')).toEqual({ full: 0.2, share: 1, requested: undefined, tone: 'idle' });
    expect(standingOf(0.6, undefined, 'cpu').full).toBeUndefined();
  });

  it('is said in words', () => {
    expect(usageWords(0.12, bounds, 'cpu', 'limit')).toBe('120m in use, 200m requested, no limit');
    expect(usageWords(50 * MIB, bounds, 'memory', 'limit')).toBe(
      '50 MiB in use, 100 MiB requested, limit 200 MiB (25%)',
    );
    expect(usageWords(2, nodeBounds({ status: { allocatable: { cpu: '8' } } }), 'cpu', 'allocatable')).toBe(
      '2 in use, 8 allocatable (25%)',
    );
    expect(usageWords(0.12, undefined, 'cpu', 'limit')).toBe('120m in use');
  });
});

describe('the history', () => {
  const measured = (at: number, cpu: number, containers: [string, number][] = []) => ({
    key: 'shop/web-0',
    at,
    usage: { cpu, memory: 1 },
    containers: new Map(containers.map(([name, part]) => [name, { cpu: part, memory: 1 }])),
  });

  it('keeps each measurement once, the last sixty', () => {
    const history = new UsageHistory();
    for (let at = 1; at <= 70; at++) {
      history.add([measured(at, at)]);
      history.add([measured(at, at)]);
    }
    const points = history.of('shop/web-0');
    expect(points).toHaveLength(60);
    expect(points.at(-1)).toEqual({ at: 70, cpu: 70, memory: 1 });
    expect(history.of('shop/web-1')).toEqual([]);
  });

  it('has the containers of a pod, and the pod itself if there is only one', () => {
    const history = new UsageHistory();
    history.add([
      measured(1, 3, [
        ['web', 1],
        ['proxy', 2],
      ]),
    ]);
    expect(history.of('shop/web-0', { name: 'proxy', of: 2 })).toEqual([{ at: 1, cpu: 2, memory: 1 }]);
    expect(history.of('shop/web-0', { name: 'web', of: 1 })).toEqual([{ at: 1, cpu: 3, memory: 1 }]);
  });

  it('shares its room between many pods', () => {
    const history = new UsageHistory();
    const many = (at: number) =>
      Array.from({ length: 40_000 }, (_, index) => ({ ...measured(at, at), key: `shop/web-${index}` }));
    for (let at = 1; at <= 8; at++) history.add(many(at));
    expect(history.of('shop/web-0').map(({ at }) => at)).toEqual([4, 5, 6, 7, 8]);
  });
});

describe('a sparkline', () => {
  const shape = { width: 40, height: 10, span: 40, top: 10 };

  it('draws the newest point at the right, and zero at the bottom', () => {
    const points = [
      { at: 100, value: 0 },
      { at: 120, value: 5 },
      { at: 140, value: 10 },
    ];
    expect(sparklinePath(points, shape)).toBe('M0 10L20 5L40 0');
  });

  it('leaves out what is older, fits higher values, and leaves gaps open', () => {
    const points = [0, 60, 70, 80, 90, 140, 150].map((at) => ({ at: at / 2, value: at === 150 ? 20 : 10 }));
    expect(sparklinePath(points, { ...shape, span: 50 })).toBe('M4 5L8 5L12 5L16 5M36 5L40 0');
  });

  it('is nothing without two points', () => {
    expect(sparklinePath([], shape)).toBe('');
    expect(sparklinePath([{ at: 1, value: 1 }], shape)).toBe('');
  });
});

describe('the columns', () => {
  const row = (name: string): Row => ({
    key: name,
    name,
    namespace: 'shop',
    created: 0,
    deleting: false,
    controller: '',
    labels: {},
    resourceVersion: '1',
    cells: [name, 'Running', '3d', '10.0.0.1'],
    at: 0,
    changedAt: 0,
  });
  const column = (name: string, meaning: 'name' | 'plain' | 'age') => ({ name, meaning, priority: 0, description: '' });
  const columns = [column('Name', 'name'), column('Status', 'plain'), column('Age', 'age'), column('IP', 'plain')];
  const measurement = { key: 'shop/a', at: 1, usage: { cpu: 0.5, memory: 7 }, containers: new Map() };

  it('are before the age, with cells in the same place', () => {
    expect(withUsageColumns(columns).map(({ name }) => name)).toEqual(['Name', 'Status', 'CPU', 'Memory', 'Age', 'IP']);
    const [a, b] = new UsageJoin().join({ columns, items: [row('a'), row('b')] }, new Map([['shop/a', measurement]]));
    expect(a?.cells).toEqual(['a', 'Running', 0.5, 7, '3d', '10.0.0.1']);
    expect(b?.cells).toEqual(['b', 'Running', null, null, '3d', '10.0.0.1']);
  });

  it('keep rows that have not changed', () => {
    const join = new UsageJoin();
    const items = [row('a'), row('b')];
    const before = join.join({ columns, items }, new Map([['shop/a', measurement]]));
    const after = join.join({ columns, items }, new Map([['shop/a', { ...measurement, at: 2 }]]));
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).toBe(before[1]);
  });
});

describe('why there is no usage', () => {
  const error = (status: number, message = 'words of the cluster') => new KubeError({ status, reason: '', message });
  const service = (status: string, message: string) => ({
    status: { conditions: [{ type: 'Available', status, message }] },
  });

  it('is that metrics-server is not installed, with the command that installs it', () => {
    const reason = explainNoUsage(error(404), 'pods', error(404));
    expect(reason.kind).toBe('not-installed');
    expect(reason.why).toBe('metrics-server is not installed in this cluster.');
    expect(reason.command).toMatch(/^kubectl apply -f .*metrics-server/);
    // Who may not see API services cannot know more than that nothing is served.
    expect(explainNoUsage(error(404), 'pods', error(403)).why).toMatch(/may not be installed/);
  });

  it('is the missing rule', () => {
    const reason = explainNoUsage(error(403, 'pods.metrics.k8s.io is forbidden'), 'nodes', error(403));
    expect(reason.why).toContain('get and list nodes in metrics.k8s.io');
    expect(reason.detail).toBe('pods.metrics.k8s.io is forbidden');
  });

  it('is what the cluster says about its metrics API', () => {
    const down = service('False', 'failing or missing response from https://10.0.0.1:10250');
    for (const status of [404, 503]) {
      expect(explainNoUsage(error(status), 'pods', down)).toMatchObject({
        kind: 'down',
        detail: 'failing or missing response from https://10.0.0.1:10250',
      });
    }
    expect(explainNoUsage(error(503, 'service unavailable'), 'pods', error(403)).detail).toBe('service unavailable');
  });

  it('for one pod is its age or its state', () => {
    const now = Date.parse('2026-03-01T12:00:00Z');
    expect(whyNotMeasured({ phase: 'Running', created: now - 20_000 }, now)).toMatch(/^Not measured yet/);
    expect(whyNotMeasured({ phase: 'Running', created: now - 600_000 }, now)).toMatch(/no measurement of it/);
    expect(whyNotMeasured({ phase: 'Succeeded', created: now }, now)).toMatch(/not running \(Succeeded\)/);
    expect(whyNotMeasured({ phase: undefined, created: now - 600_000 }, now)).toMatch(/kubelet/);
  });
});
