import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { accessObjects, type KubeObject, uninstallCommand } from './access-objects.ts';
import { renderAgentManifest } from './agent-manifest.ts';

const options = {
  gatewayUrl: 'https://postern.example.com',
  joinToken: 'pj_0123456789',
  caPem: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
  image: 'registry.example.com/postern-agent:1.0.0',
  clusterId: '0198c1d2-0000-7000-8000-000000000001',
  clusterName: 'prod',
  organization: 'acme',
};

function objectsOf(yaml: string): KubeObject[] {
  return parseAllDocuments(yaml).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as KubeObject;
  });
}

function find(objects: KubeObject[], kind: string, name: string): KubeObject {
  const found = objects.filter((object) => object.kind === kind && object.metadata.name === name);
  expect(found, `${kind} ${name}`).toHaveLength(1);
  return found[0]!;
}

interface PodSpec {
  securityContext: object;
  containers: { env: { name: string; value?: string }[]; securityContext: object; image: string }[];
}
const podSpec = (objects: KubeObject[]) =>
  (find(objects, 'Deployment', 'postern-agent')['spec'] as { template: { spec: PodSpec } }).template.spec;

describe('renderAgentManifest', () => {
  it('labels every object with its installation, so that uninstalling finds them all', () => {
    const labels = { 'app.kubernetes.io/part-of': 'postern', 'app.kubernetes.io/instance': options.clusterId };
    for (const object of objectsOf(renderAgentManifest(options))) {
      expect(object.metadata.labels, object.kind).toMatchObject(labels);
    }
    expect(uninstallCommand(options.clusterId)).toContain(` -l app.kubernetes.io/instance=${options.clusterId}`);
  });

  it('uninstalls every cluster-scoped kind, and the namespace', () => {
    const kinds = objectsOf(renderAgentManifest(options))
      .filter(({ metadata }) => metadata.namespace === undefined)
      .map(({ kind }) => kind.toLowerCase());
    const [deleted] = /(?<=delete )\S+/.exec(uninstallCommand(options.clusterId)) ?? [];
    expect(new Set(deleted?.split(','))).toEqual(new Set(kinds));
  });

  it('gives the agent impersonation and its own Secret, nothing else', () => {
    const objects = objectsOf(renderAgentManifest(options));
    expect(find(objects, 'ClusterRole', 'postern:agent')['rules']).toEqual([
      { apiGroups: [''], resources: ['users'], verbs: ['impersonate'] },
      {
        apiGroups: [''],
        resources: ['groups'],
        resourceNames: ['postern:admin', 'postern:editor', 'postern:viewer'],
        verbs: ['impersonate'],
      },
    ]);
    expect(find(objects, 'Role', 'postern-agent-identity')['rules']).toEqual([
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['postern-agent-identity'], verbs: ['get', 'patch'] },
    ]);
    const bound = objects
      .filter((object) => object.kind.endsWith('RoleBinding'))
      .filter((object) => JSON.stringify(object['subjects']).includes('ServiceAccount'))
      .map((object) => (object['roleRef'] as { name: string }).name);
    expect(bound.sort()).toEqual(['postern-agent-identity', 'postern:agent']);
  });

  it('gives the agent the policy chosen at the installation, and the right for exactly its groups', () => {
    const policy = {
      readOnly: true,
      allowGroups: ['oidc:devs', 'postern:team:payments'],
      allowImpersonation: true,
      namespaces: ['shop', 'web'],
      allowProxy: true,
    };
    const objects = objectsOf(renderAgentManifest({ ...options, policy }));
    expect(podSpec(objects).containers[0]?.env).toEqual(
      expect.arrayContaining([
        { name: 'POSTERN_READ_ONLY', value: 'true' },
        { name: 'POSTERN_ALLOWED_GROUPS', value: 'oidc:devs,postern:team:payments' },
        { name: 'POSTERN_ALLOW_IMPERSONATION', value: 'true' },
        { name: 'POSTERN_ALLOWED_NAMESPACES', value: 'shop,web' },
        { name: 'POSTERN_ALLOW_PROXY', value: 'true' },
      ]),
    );
    expect(find(objects, 'ClusterRole', 'postern:agent')['rules']).toMatchObject([
      { resources: ['users'] },
      {
        resources: ['groups'],
        resourceNames: ['postern:admin', 'postern:editor', 'postern:viewer', 'oidc:devs', 'postern:team:payments'],
      },
    ]);
    const names = podSpec(objectsOf(renderAgentManifest(options))).containers[0]?.env.map(({ name }) => name);
    expect(names?.filter((name) => /ALLOW|READ_ONLY/.test(name))).toEqual([]);
  });

  it('runs the agent under the restricted pod security standard', () => {
    const objects = objectsOf(renderAgentManifest(options));
    expect(find(objects, 'Namespace', 'postern-agent').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    const spec = podSpec(objects);
    expect(spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 65_532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(spec.containers[0]?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('has no data for the identity Secret, so that applying it again keeps the key', () => {
    const identity = find(objectsOf(renderAgentManifest(options)), 'Secret', 'postern-agent-identity');
    expect(Object.keys(identity).sort()).toEqual(['apiVersion', 'kind', 'metadata', 'type']);
  });

  it('keeps the join token in one Secret only, and restarts the pod for a new one', () => {
    const yaml = renderAgentManifest(options);
    expect(yaml.split(options.joinToken)).toHaveLength(2);
    const templateOf = (joinToken: string) =>
      find(objectsOf(renderAgentManifest({ ...options, joinToken })), 'Deployment', 'postern-agent')['spec'];
    expect(templateOf('one')).not.toEqual(templateOf('other'));
    expect(templateOf('one')).toEqual(templateOf('one'));
  });

  it('omits the CA if a public one is used', () => {
    const objects = objectsOf(renderAgentManifest({ ...options, caPem: null }));
    expect(find(objects, 'Secret', 'postern-agent-join')['stringData']).toEqual({ 'join-token': options.joinToken });
    expect(podSpec(objects).containers[0]?.env.map(({ name }) => name)).not.toContain('POSTERN_CA_FILE');
  });

  it('escapes every value', () => {
    const hostile = 'x"\n---\nkind: ClusterRoleBinding\nmetadata: {name: evil}\n#';
    const objects = objectsOf(
      renderAgentManifest({
        gatewayUrl: hostile,
        joinToken: hostile,
        caPem: hostile,
        image: hostile,
        clusterId: hostile,
        clusterName: hostile,
        organization: hostile,
      }),
    );
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(
      objectsOf(renderAgentManifest(options)).map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    );
    expect(podSpec(objects).containers[0]?.image).toBe(hostile);
  });
});

describe('accessObjects', () => {
  it('adds no access to secrets for viewers and editors, and gives admins everything', () => {
    const objects = accessObjects({ clusterId: options.clusterId, location: 'in-cluster' });
    expect(JSON.stringify(find(objects, 'ClusterRole', 'postern:viewer')['rules'])).not.toMatch(/secrets|"\*"/);
    const roles = objects
      .filter(({ kind }) => kind === 'ClusterRoleBinding')
      .flatMap((binding) => {
        const role = (binding['roleRef'] as { name: string }).name;
        return (binding['subjects'] as { name: string }[]).map(({ name }) => `${name} ${role}`);
      });
    expect(roles.sort()).toEqual([
      'postern:admin cluster-admin',
      'postern:editor edit',
      'postern:editor postern:viewer',
      'postern:viewer postern:viewer',
      'postern:viewer view',
    ]);
  });

  it('have different names in each installation, so that removing one affects no other', () => {
    const agents = [
      { clusterId: 'a', location: 'in-cluster' },
      { clusterId: 'b', location: 'outside' },
      { clusterId: 'c', location: 'outside' },
    ] as const;
    const names = agents.flatMap((agent) =>
      accessObjects(agent).map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    );
    expect(new Set(names).size).toBe(15);
    for (const agent of agents) {
      const objects = accessObjects(agent);
      const own = new Set(objects.filter(({ kind }) => kind === 'ClusterRole').map(({ metadata }) => metadata.name));
      const roles = objects.flatMap(({ roleRef }) => (roleRef ? [(roleRef as { name: string }).name] : []));
      expect(roles.filter((role) => role.startsWith('postern:')).every((role) => own.has(role))).toBe(true);
    }
  });
});
