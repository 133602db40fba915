import { describe, expect, it } from 'vitest';
import { accessObjects, type Installation } from './access-objects.ts';

const clusterId = '0198c1d2-0000-7000-8000-000000000001';
const labels = { 'app.kubernetes.io/part-of': 'postern', 'app.kubernetes.io/instance': clusterId };

describe.each<[Installation['location'], string]>([
  ['in-cluster', ''],
  ['outside', `:${clusterId}`],
])('the access objects of an agent that runs %s', (location, suffix) => {
  const objects = () => accessObjects({ clusterId, location });

  it('are one role and four bindings, labelled with the installation', () => {
    expect(objects().map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }))).toEqual(
      [
        ['ClusterRole', 'postern:viewer'],
        ['ClusterRoleBinding', 'postern:viewer'],
        ['ClusterRoleBinding', 'postern:viewer-cluster'],
        ['ClusterRoleBinding', 'postern:editor'],
        ['ClusterRoleBinding', 'postern:admin'],
      ].map(([kind, name]) => ({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind,
        metadata: { name: `${name}${suffix}`, labels },
      })),
    );
  });

  it('allow only reading, and only of these cluster-scoped kinds', () => {
    const rules = objects()[0]?.['rules'] as { apiGroups: string[]; resources: string[]; verbs: string[] }[];
    expect(new Set(rules.flatMap(({ verbs }) => verbs))).toEqual(new Set(['get', 'list', 'watch']));
    expect(rules.map(({ apiGroups, resources, verbs }) => [apiGroups, resources, verbs.length])).toEqual([
      [[''], ['namespaces', 'nodes', 'persistentvolumes'], 3],
      [['storage.k8s.io'], ['csidrivers', 'csinodes', 'storageclasses', 'volumeattachments'], 3],
      [['apiextensions.k8s.io'], ['customresourcedefinitions'], 3],
      [['apiregistration.k8s.io'], ['apiservices'], 3],
      [['networking.k8s.io'], ['ingressclasses'], 3],
      [['scheduling.k8s.io'], ['priorityclasses'], 3],
      [['node.k8s.io'], ['runtimeclasses'], 3],
      [['events.k8s.io'], ['events'], 3],
      [['metrics.k8s.io'], ['nodes', 'pods'], 3],
    ]);
  });

  it.each([
    ['postern:viewer', 'view', ['postern:viewer']],
    ['postern:viewer-cluster', `postern:viewer${suffix}`, ['postern:viewer', 'postern:editor']],
    ['postern:editor', 'edit', ['postern:editor']],
    ['postern:admin', 'cluster-admin', ['postern:admin']],
  ])('have a binding %s to the role %s', (name, role, groups) => {
    const apiGroup = 'rbac.authorization.k8s.io';
    const bindings = objects().filter(
      ({ kind, metadata }) => kind !== 'ClusterRole' && metadata.name === `${name}${suffix}`,
    );
    expect(bindings).toMatchObject([
      {
        roleRef: { apiGroup, kind: 'ClusterRole', name: role },
        subjects: groups.map((group) => ({ apiGroup, kind: 'Group', name: group })),
      },
    ]);
  });
});
