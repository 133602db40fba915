import { describe, expect, it } from 'vitest';
import { type ApiResource, findKind, findResource, pluralOf, resourceId, resourcePath } from './api-resource.ts';
import { parseAggregated, parseClassic } from './discovery.ts';

const aggregated = {
  kind: 'APIGroupDiscoveryList',
  items: [
    {
      metadata: { name: 'apps' },
      versions: [
        {
          version: 'v1',
          freshness: 'Current',
          resources: [
            {
              resource: 'deployments',
              responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
              scope: 'Namespaced',
              verbs: ['list', 'watch'],
              shortNames: ['deploy'],
              subresources: [{ subresource: 'scale', verbs: ['get'] }, { subresource: 'status' }],
            },
          ],
        },
      ],
    },
    {
      metadata: { name: 'example.com' },
      versions: [
        {
          version: 'v1',
          freshness: 'Current',
          resources: [
            { resource: 'widgets', responseKind: { kind: 'Widget' }, scope: 'Cluster', verbs: ['list'] },
            { resource: 'broken' },
          ],
        },
        {
          version: 'v1alpha1',
          freshness: 'Stale',
          resources: [
            { resource: 'widgets', responseKind: { kind: 'Widget' }, scope: 'Cluster', verbs: ['list'] },
            { resource: 'gadgets', responseKind: { kind: 'Gadget' }, scope: 'Namespaced', verbs: ['list'] },
          ],
        },
      ],
    },
  ],
};

describe('discovery', () => {
  const { resources, missing } = parseAggregated(aggregated);

  it('parses the aggregated form, omits resources without a kind, and names stale groups', () => {
    expect(resources.map((resource) => [resourceId(resource), resource.kind, resource.namespaced])).toEqual([
      ['deployments.apps', 'Deployment', true],
      ['widgets.example.com', 'Widget', false],
      ['widgets.v1alpha1.example.com', 'Widget', false],
      ['gadgets.example.com', 'Gadget', true],
    ]);
    expect(resources[0]?.subresources).toEqual(['scale', 'status']);
    expect(missing).toEqual(['example.com/v1alpha1']);
  });

  it('finds kinds by id, by version, by short name and by owner reference', () => {
    expect(findResource(resources, 'deployments.apps')?.kind).toBe('Deployment');
    expect(findResource(resources, 'deployments.v1.apps')?.kind).toBe('Deployment');
    expect(findResource(resources, 'deploy')?.kind).toBe('Deployment');
    expect(findResource(resources, 'widgets.v1alpha1.example.com')?.version).toBe('v1alpha1');
    expect(findResource(resources, 'nonsense')).toBeUndefined();
    expect(findKind(resources, 'apps/v1', 'Deployment')?.resource).toBe('deployments');
    expect(findKind(resources, 'v1', 'Deployment')).toBeUndefined();
  });

  it('parses the classic form with its subresources', () => {
    const found = parseClassic(
      {
        resources: [
          { name: 'pods', kind: 'Pod', namespaced: true, verbs: ['list'], shortNames: ['po'] },
          { name: 'pods/log', kind: 'Pod', namespaced: true, verbs: ['get'] },
          { name: 'nodes', kind: 'Node', namespaced: false, verbs: ['list'] },
        ],
      },
      { group: '', version: 'v1', preferred: true },
    );
    expect(found.map(({ resource, namespaced, subresources }) => [resource, namespaced, subresources])).toEqual([
      ['pods', true, ['log']],
      ['nodes', false, []],
    ]);
  });

  it('tolerates invalid input', () => {
    expect(parseAggregated(null)).toEqual({ resources: [], missing: [] });
    expect(parseClassic({ resources: 7 }, { group: '', version: 'v1', preferred: true })).toEqual([]);
  });

  it('builds paths in which every name is escaped', () => {
    const deployments = resources[0] as ApiResource;
    expect(resourcePath(deployments)).toBe('/apis/apps/v1/deployments');
    expect(resourcePath(deployments, { namespace: 'a', name: 'b/../c', subresource: 'scale' })).toBe(
      '/apis/apps/v1/namespaces/a/deployments/b%2F..%2Fc/scale',
    );
    const pods: ApiResource = { ...deployments, group: '', resource: 'pods' };
    expect(resourcePath({ ...deployments, group: '../../../api/v1' }, { name: '..' })).toBe(
      '/apis/..%2F..%2F..%2Fapi%2Fv1/v1/deployments/%252E%252E',
    );
    expect(resourcePath(pods, { namespace: 'a' })).toBe('/api/v1/namespaces/a/pods');
  });

  it('spells plurals as Kubernetes does', () => {
    const plurals: [string, string, string][] = [
      ['Pod', 'pods', 'Pods'],
      ['ConfigMap', 'configmaps', 'ConfigMaps'],
      ['NetworkPolicy', 'networkpolicies', 'NetworkPolicies'],
      ['Ingress', 'ingresses', 'Ingresses'],
      ['Endpoints', 'endpoints', 'Endpoints'],
      ['PodMetrics', 'pods', 'PodMetrics'],
      ['Ox', 'bulls', 'Ox'],
    ];
    for (const [kind, resource, plural] of plurals) expect(pluralOf({ kind, resource })).toBe(plural);
  });
});
