import { accessObjects, impersonatorRole, type KubeObject, renderAgentManifest } from '@postern/kube';
import { describe, expect, it } from 'vitest';

const clusterId = '0198c1d2-0000-7000-8000-000000000001';
const manifest = (allowGroups?: string[]): string =>
  renderAgentManifest({
    gatewayUrl: 'https://postern.example.com',
    joinToken: 'x',
    caPem: null,
    image: 'i',
    clusterId,
    clusterName: 'prod',
    organization: 'acme',
    policy: { allowGroups },
  });

/** The rules of one role in the manifest, as YAML text. */
function documentOf(yaml: string, kind: string, name: string): string {
  const found = yaml
    .split(/^---\n/m)
    .filter((text) => new RegExp(`^kind: ${kind}$`, 'm').test(text) && text.includes(`\n  name: ${name}\n`));
  expect(found).toHaveLength(1);
  return found[0] ?? '';
}

describe('threat 36: a broad ServiceAccount', () => {
  it('threat 36: its only cluster-wide verb is impersonate', () => {
    const role = documentOf(manifest(['oidc:devs']), 'ClusterRole', 'postern:agent');
    const verbs = [...role.matchAll(/^ {4}verbs:\n((?: {6}- .*\n)+)/gm)].map(([, list = '']) => list.trim());
    expect(verbs).toEqual(['- impersonate', '- impersonate']);
  });

  it('threat 36: it may impersonate named groups only, and none of the system', () => {
    const rules = impersonatorRole(clusterId, ['oidc:devs'])['rules'] as {
      resources: string[];
      resourceNames?: string[];
    }[];
    const forGroups = rules.filter(({ resources }) => resources.includes('groups'));
    expect(forGroups).toHaveLength(1);
    expect(forGroups[0]?.resourceNames).toEqual(['postern:admin', 'postern:editor', 'postern:viewer', 'oidc:devs']);
    expect(rules.flatMap(({ resources }) => resources)).toEqual(['users', 'groups']);
  });

  it('threat 36: its namespaced rights are those to its own Secret', () => {
    const role = documentOf(manifest(), 'Role', 'postern-agent-identity');
    expect(role).toMatch(/resourceNames:\n\s+- postern-agent-identity\n\s+verbs:\n\s+- get\n\s+- patch\n?$/);
    expect(role.match(/resources:/g)).toHaveLength(1);
  });

  it('threat 36: the levels are bound to groups, never to the ServiceAccount', () => {
    const subjects = accessObjects({ clusterId, location: 'in-cluster' }).flatMap(
      (object: KubeObject) => (object['subjects'] as { kind: string }[] | undefined) ?? [],
    );
    expect(new Set(subjects.map(({ kind }) => kind))).toEqual(new Set(['Group']));
  });
});
