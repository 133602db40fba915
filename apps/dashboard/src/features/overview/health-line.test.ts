import { describe, expect, it } from 'vitest';
import { crashing, NOW, pod, running, unschedulable, waiting } from '#features/health/test/pods.ts';
import { healthLine, podGroups } from './health-line.ts';
import type { KubeNode, Pod } from './kube-objects.ts';

const node = (...conditions: [type: string, status: string][]): KubeNode =>
  ({
    metadata: { name: 'n1' },
    status: { conditions: conditions.map(([type, status]) => ({ type, status })) },
  }) as KubeNode;
const ready = node(['Ready', 'True']);
const named = (made: object): Pod => made as Pod;

describe('healthLine', () => {
  const line = (parts: Partial<Parameters<typeof healthLine>[0]>) =>
    healthLine({ nodes: undefined, pods: undefined, ...parts }, NOW);
  it('summarises a healthy cluster', () => {
    expect(
      line({ nodes: [ready], pods: [named(pod())], workloads: [{ tone: 'ok', word: 'Ready' }], jobs: [], claims: [] }),
    ).toEqual({
      tone: 'ok',
      text: 'Healthy: 1 of 1 nodes ready, 1 pod running',
    });
  });
  it('is not healthy with a pod that fits on no node, or one in a loop that happens to run', () => {
    expect(line({ nodes: [ready], pods: [named(pod()), named(unschedulable(41))] })).toEqual({
      tone: 'warn',
      text: '1 pod is in trouble; 1 of 1 nodes ready, 1 pod running',
    });
    const loop = pod({
      statuses: [
        running(1, {
          restartCount: 28,
          lastState: { terminated: { exitCode: 1, finishedAt: new Date(NOW - 60_000).toISOString() } },
        }),
      ],
    });
    expect(line({ pods: [named(loop)] }).text).toBe('1 pod is in trouble; 0 pods running');
  });
  it('names what is wrong', () => {
    expect(line({ nodes: [node(['Ready', 'False'])] })).toEqual({
      tone: 'bad',
      text: 'Node n1 is not ready; 0 of 1 nodes ready',
    });
    expect(line({ nodes: [node(['Ready', 'True'], ['MemoryPressure', 'True'])] }).text).toBe(
      '1 node is under pressure; 1 of 1 nodes ready',
    );
    expect(
      line({
        workloads: [{ tone: 'bad', word: 'None ready' }],
        jobs: [{ tone: 'bad', word: 'Failed' }],
        claims: [{ tone: 'warn', word: 'Pending' }],
      }).text,
    ).toBe('1 workload has no pod that is ready, 1 job has failed, 1 volume claim is not bound');
  });
  it('does not guess', () => expect(line({}).tone).toBe('idle'));
  it('does not call a cordoned node unhealthy, because somebody wants it so', () => {
    const cordoned = { ...ready, spec: { unschedulable: true } };
    expect(line({ nodes: [cordoned] }).tone).toBe('ok');
  });
});

it('groups pods by how they are doing', () => {
  const starting = pod({
    age: 0.5,
    phase: 'Pending',
    statuses: [running(0, { ready: false, state: waiting('ContainerCreating') })],
  });
  const pods = [pod(), crashing(), starting, pod({ phase: 'Failed', statuses: [] }), pod(), unschedulable(41)];
  expect(podGroups(pods.map(named), NOW)).toEqual([
    { name: 'Running', tone: 'ok', count: 2 },
    { name: 'In trouble', tone: 'bad', count: 2 },
    { name: 'Failed', tone: 'bad', count: 1 },
    { name: 'Starting', tone: 'info', count: 1 },
  ]);
});
