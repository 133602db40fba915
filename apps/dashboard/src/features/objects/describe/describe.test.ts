import { expect, it, describe as suite } from 'vitest';
import { describe } from './describe.ts';
import type { Fact } from './facts.ts';
import { writeSelector } from './workloads.ts';

const named = (facts: readonly Fact[], label: string) => facts.find((fact) => fact.label === label)?.value;

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
    const { sections } = describe(
      { resource: 'deployments', group: 'apps' },
      {
        metadata: { namespace: 'shop' },
        spec: { replicas: 3, selector: { matchLabels: { app: 'web' } } },
        status: { readyReplicas: 1, updatedReplicas: 3 },
      },
    );
    expect(sections[0]).toEqual({ type: 'pods', title: 'Pods', namespace: 'shop', labelSelector: 'app=web' });
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
