import { expect, it } from 'vitest';
import { configReferences } from './config-references.ts';
import { siblingSelector, workloadNameOf } from './replacement-name.ts';

it.each([
  ['web-6d4cf56db6-x7k2p', 'web'],
  ['web-admin-6d4cf56db6-x7k2p', 'web-admin'],
  ['kube-proxy-x7k2p', 'kube-proxy'],
  ['postgres-0', undefined],
  ['toolbox', undefined],
  ['etcd-control-plane', undefined],
])('takes %s for a pod of %s', (pod, workload) => expect(workloadNameOf(pod)).toBe(workload));

it('selects siblings by the labels that they share', () => {
  expect(
    siblingSelector({ app: 'web', tier: 'front', 'pod-template-hash': 'x', 'controller-revision-hash': 'y' }),
  ).toBe('app=web,tier=front');
  expect(siblingSelector({ 'pod-template-hash': 'x' })).toBe('');
});

it('finds the configuration that a pod uses', () => {
  const spec = {
    initContainers: [{ envFrom: [{ secretRef: { name: 's1' } }] }],
    containers: [
      {
        env: [
          { valueFrom: { configMapKeyRef: { name: 'm1', key: 'k' } } },
          { valueFrom: { secretKeyRef: { name: 's2', key: 'k' } } },
          { name: 'PLAIN', value: 'v' },
        ],
        envFrom: [{ configMapRef: { name: 'm2' } }],
      },
    ],
    volumes: [
      { configMap: { name: 'm3' } },
      { secret: { secretName: 's3' } },
      { projected: { sources: [{ configMap: { name: 'm4' } }, { secret: { name: 's4' } }] } },
    ],
  };
  const { configMaps, secrets } = configReferences(spec);
  expect([...configMaps].sort()).toEqual(['m1', 'm2', 'm3', 'm4']);
  expect([...secrets].sort()).toEqual(['s1', 's2', 's3', 's4']);
  expect(configReferences(null).secrets.size).toBe(0);
});
