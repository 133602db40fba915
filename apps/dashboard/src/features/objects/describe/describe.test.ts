import { expect, it, describe as suite } from 'vitest';
import { describe } from './describe.ts';
import type { Fact } from './facts.ts';
import { podState } from './pod-state.ts';
import { writeSelector } from './workloads.ts';

const named = (facts: readonly Fact[], label: string) => facts.find((fact) => fact.label === label)?.value;
const ready = [{ type: 'Ready', status: 'True' }];

suite('podState', () => {
  const running = { ready: true, state: { running: {} } };
  it.each([
    ['Running', { status: { phase: 'Running', conditions: ready, containerStatuses: [running] } }],
    [
      'Running, not ready',
      { status: { phase: 'Running', containerStatuses: [{ ready: false, state: { running: {} } }] } },
    ],
    [
      'CrashLoopBackOff',
      { status: { phase: 'Running', containerStatuses: [{ state: { waiting: { reason: 'CrashLoopBackOff' } } }] } },
    ],
    [
      'ContainerCreating',
      { status: { phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }] } },
    ],
    [
      'Completed',
      {
        status: {
          phase: 'Succeeded',
          containerStatuses: [{ state: { terminated: { reason: 'Completed', exitCode: 0 } } }],
        },
      },
    ],
    ['ExitCode:3', { status: { phase: 'Failed', containerStatuses: [{ state: { terminated: { exitCode: 3 } } }] } }],
    [
      'Signal:9',
      { status: { phase: 'Failed', containerStatuses: [{ state: { terminated: { signal: 9, exitCode: 137 } } }] } },
    ],
    ['Evicted', { status: { phase: 'Failed', reason: 'Evicted' } }],
    ['Terminating', { metadata: { deletionTimestamp: 'x' }, status: { phase: 'Running' } }],
    [
      'Init:1/2',
      {
        spec: { initContainers: [{ name: 'a' }, { name: 'b' }] },
        status: {
          phase: 'Pending',
          initContainerStatuses: [
            { name: 'a', state: { terminated: { exitCode: 0 } } },
            { name: 'b', state: { running: {} } },
          ],
        },
      },
    ],
    [
      'Init:Error',
      {
        spec: { initContainers: [{ name: 'a' }] },
        status: {
          phase: 'Pending',
          initContainerStatuses: [{ name: 'a', state: { terminated: { exitCode: 1, reason: 'Error' } } }],
        },
      },
    ],
    [
      'Running',
      {
        spec: { initContainers: [{ name: 'sidecar', restartPolicy: 'Always' }] },
        status: {
          phase: 'Running',
          conditions: ready,
          initContainerStatuses: [{ name: 'sidecar', started: true, state: { running: {} } }],
          containerStatuses: [running],
        },
      },
    ],
    ['Unknown', {}],
    ['Unknown', null],
  ])('%s', (expected, pod) => expect(podState(pod).text).toBe(expected));
  it('has the tone of its text', () => {
    expect(podState({ status: { phase: 'Pending' } }).tone).toBe('warn');
    expect(podState({ status: { phase: 'Failed', reason: 'Evicted' } }).tone).toBe('bad');
  });
});

suite('writeSelector', () => {
  it.each([
    [{ app: 'web', tier: 'front' }, 'app=web,tier=front'],
    [{ matchLabels: { app: 'web' } }, 'app=web'],
    [
      {
        matchExpressions: [
          { key: 'a', operator: 'In', values: ['1', '2'] },
          { key: 'b', operator: 'NotIn', values: ['3'] },
          { key: 'c', operator: 'Exists' },
          { key: 'd', operator: 'DoesNotExist' },
        ],
      },
      'a in (1,2),b notin (3),c,!d',
    ],
    [undefined, ''],
    [{}, ''],
  ])('%j', (selector, expected) => expect(writeSelector(selector)).toBe(expected));
});

suite('describe', () => {
  it('describes a pod: its node, containers and mounts, and nothing from a secret', () => {
    const { facts, sections } = describe(
      { resource: 'pods', group: '' },
      {
        metadata: { namespace: 'shop' },
        spec: {
          nodeName: 'node-1',
          initContainers: [{ name: 'proxy', image: 'p', restartPolicy: 'Always' }],
          containers: [
            {
              name: 'web',
              image: 'shop/web:1',
              args: ['--port', 'a b'],
              env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'tokens', key: 'api' } } }],
              livenessProbe: { httpGet: { path: '/healthz', port: 80 } },
            },
          ],
          volumes: [
            { name: 'v', secret: { secretName: 'tokens' } },
            { name: 'd', persistentVolumeClaim: { claimName: 'disk' } },
          ],
        },
        status: {
          containerStatuses: [
            {
              name: 'web',
              restartCount: 3,
              state: { waiting: { reason: 'CrashLoopBackOff' } },
              lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
            },
          ],
        },
      },
    );
    expect(named(facts, 'Node')).toEqual({
      type: 'link',
      to: { apiVersion: 'v1', kind: 'Node', namespace: '', name: 'node-1' },
    });
    const [containers, volumes] = sections;
    if (containers?.type !== 'containers' || volumes?.type !== 'table') throw new Error('sections');
    const [proxy, web] = containers.containers;
    expect(proxy?.role).toBe('sidecar');
    expect(web).toMatchObject({
      state: { tone: 'bad', text: 'CrashLoopBackOff' },
      last: 'OOMKilled, exit code 137',
      restarts: 3,
    });
    expect(named(web?.facts ?? [], 'Command')).toEqual({ type: 'code', text: '--port "a b"' });
    expect(named(web?.facts ?? [], 'Environment')).toEqual({
      type: 'list',
      items: [{ type: 'code', text: 'KEY from secret tokens, api' }],
    });
    expect(named(web?.facts ?? [], 'Liveness probe')).toEqual({ type: 'code', text: 'http :80/healthz every 10s' });
    expect(volumes.rows.map((row) => row[2])).toEqual([
      { type: 'link', to: { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'tokens' } },
      { type: 'link', to: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'disk' } },
    ]);
  });

  it('links a deployment to its pods', () => {
    const { state, sections } = describe(
      { resource: 'deployments', group: 'apps' },
      {
        metadata: { namespace: 'shop' },
        spec: { replicas: 3, selector: { matchLabels: { app: 'web' } } },
        status: { readyReplicas: 1, updatedReplicas: 3 },
      },
    );
    expect(state).toEqual({ tone: 'warn', text: '1 of 3 ready' });
    expect(sections[0]).toEqual({ type: 'pods', title: 'Pods', namespace: 'shop', labelSelector: 'app=web' });
  });

  it('does not report a deployment scaled to zero as broken', () => {
    expect(describe({ resource: 'deployments', group: 'apps' }, { spec: { replicas: 0 } }).state?.tone).toBe('idle');
  });

  it('does not list all pods for a service without a selector', () => {
    expect(describe({ resource: 'services', group: '' }, { spec: {} }).sections.map(({ type }) => type)).toEqual([
      'table',
    ]);
  });

  it('marks the data of a secret as secret', () => {
    const { sections } = describe({ resource: 'secrets', group: '' }, { data: { key: 'dmFsdWU=' } });
    expect(sections).toEqual([
      { type: 'data', title: 'Data', secret: true, entries: [{ key: 'key', value: 'dmFsdWU=', encoded: true }] },
    ]);
  });

  it('says that a node is ready and cordoned', () => {
    const node = { spec: { unschedulable: true }, status: { conditions: ready } };
    expect(describe({ resource: 'nodes', group: '' }, node).state).toEqual({ tone: 'warn', text: 'Ready, cordoned' });
  });

  it('says that a job has failed, and why', () => {
    const job = { status: { conditions: [{ type: 'Failed', status: 'True', message: 'too often' }], failed: 4 } };
    const { state, facts } = describe({ resource: 'jobs', group: 'batch' }, job);
    expect(state).toEqual({ tone: 'bad', text: 'Failed' });
    expect(named(facts, 'Why')).toEqual({ type: 'text', text: 'too often' });
  });

  it('describes an unknown kind', () => {
    const widget = {
      spec: { size: 3, storageClassName: 'fast', nested: { deep: 1 } },
      status: { conditions: [{ type: 'Ready', status: 'False', reason: 'Waiting' }] },
    };
    const { state, facts } = describe({ resource: 'widgets', group: 'example.com' }, widget);
    expect(state).toEqual({ tone: 'warn', text: 'Waiting' });
    expect(facts.map(({ label }) => label)).toEqual(['Size', 'Storage class name']);
  });

  it('tolerates anything that a cluster sends', () => {
    const kinds: [string, string][] = [
      ['pods', ''],
      ['deployments', 'apps'],
      ['daemonsets', 'apps'],
      ['jobs', 'batch'],
      ['cronjobs', 'batch'],
      ['services', ''],
      ['nodes', ''],
      ['configmaps', ''],
      ['secrets', ''],
      ['events', ''],
      ['ingresses', 'networking.k8s.io'],
      ['persistentvolumeclaims', ''],
      ['widgets', 'example.com'],
    ];
    for (const [resource, group] of kinds) {
      for (const object of [
        null,
        7,
        [],
        { metadata: null, spec: [], status: 'x' },
        { spec: { containers: [null, 5, {}], volumes: [null], rules: [{}], ports: [null] } },
      ]) {
        expect(() => describe({ resource, group }, object)).not.toThrow();
      }
    }
  });
});
