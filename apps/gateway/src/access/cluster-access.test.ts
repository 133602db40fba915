import { requestInfo } from '@postern/kube';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BindingRule } from '../bindings/decide-access.ts';
import type { Principal } from '../identity/principal.ts';
import { ClusterAccess } from './cluster-access.ts';
import { Refusal } from './refusal.ts';

const cluster = {
  id: 'c',
  organizationId: 'o',
  organizationSlug: 'acme',
  name: 'prod',
  labels: {},
  offlineSince: null,
  everConnected: true,
  allowedGroups: [],
  recording: { mode: 'off' as const, input: false },
  auditMode: 'fail-open' as const,
};

function principal(scopes: string[] | null = null, role: 'member' | 'owner' = 'member'): Principal {
  return {
    userId: 'u',
    username: 'ada@example.com',
    credential: { kind: 'api', id: 't', clusterId: null, expiresAt: new Date(8e15), scopes },
    memberships: [{ organizationId: 'o', slug: 'acme', role }],
  };
}

let bindings: BindingRule[];
let access: ClusterAccess;
beforeEach(() => {
  bindings = [];
  access = new ClusterAccess({
    bindings: { of: async () => bindings },
    publicOrigin: 'https://postern.example.com',
  });
});

const rule: BindingRule = {
  id: 'b',
  team: null,
  cluster: 'c',
  level: 'editor',
  groups: [],
  namespaces: [],
  expiresAt: null,
};

function asked(method: string, path: string) {
  const info = requestInfo(method, path, '');
  if (info === null) throw new Error('not a request');
  return { info, path, verb: info.verb };
}

async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const refused = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(refused instanceof Refusal)) throw new Error('it was not refused');
  return refused;
}

describe('admission', () => {
  it('is the identity of the account with the groups of its bindings', async () => {
    bindings = [{ ...rule, namespaces: ['shop'] }];
    const { identity, grant } = await access.admit({
      principal: principal(),
      cluster,
      asked: asked('GET', '/api/v1/namespaces/shop/pods'),
    });
    expect(identity).toEqual({ user: 'postern:ada@example.com', groups: ['postern:editor'] });
    expect(grant.via).toEqual(['b']);
  });

  it('without a binding is refused, with the page on which to request access', async () => {
    const { status } = await refusalOf(
      access.admit({ principal: principal(), cluster, asked: asked('DELETE', '/api/v1/namespaces/shop/pods/p') }),
    );
    expect(status).toMatchObject({ code: 403, reason: 'Forbidden', details: { name: 'p', kind: 'pods' } });
    expect(status.message).toBe(
      'pods "p" is forbidden: User "postern:ada@example.com" cannot delete resource "pods" in API group "" in the namespace ' +
        '"shop": you have no access to the cluster "prod". Request access at ' +
        'https://postern.example.com/acme/requests/new?cluster=prod&level=editor&namespace=shop',
    );
  });

  it('outside the namespaces of a binding is refused, and says which they are', async () => {
    bindings = [{ ...rule, namespaces: ['a', 'b', 'c', 'd', 'e', 'f'] }];
    const refused = await refusalOf(
      access.admit({ principal: principal(), cluster, asked: asked('GET', '/api/v1/pods') }),
    );
    expect(refused.status.message).toContain(
      'your access to the cluster "prod" is limited to the namespaces "a", "b", "c", "d", "e" and 1 more. ' +
        'Request access at https://postern.example.com/acme/requests/new?cluster=prod&level=viewer',
    );
    const other = await refusalOf(access.admit({ principal: principal(), cluster, asked: asked('GET', '/metrics') }));
    expect(other.status.message).toMatch(/^Your access to the cluster "prod" is limited to the namespaces/);
  });

  it('with a token needs the scope cluster:use, whatever its account may do', async () => {
    const owner = principal(['cluster:read'], 'owner');
    const { status } = await refusalOf(access.admit({ principal: owner, cluster, asked: asked('GET', '/api') }));
    expect(status).toMatchObject({ code: 403, message: expect.stringContaining('cluster:use') });
    await access.admit({ principal: principal(['cluster:use'], 'owner'), cluster, asked: asked('GET', '/api') });
  });

  it.each<[string, string[], string[]]>([
    ['no groups but the levels', [], ['postern:editor']],
    ['one group', ['dev'], ['postern:editor', 'dev']],
    ['teams', ['postern:team:*'], ['postern:editor', 'postern:team:sre']],
    ['what cannot be allowed', ['dev', 'system:masters'], ['postern:editor']],
  ])('is only with groups that the agent allows: %s', async (_, allowedGroups, groups) => {
    bindings = [{ ...rule, team: 'sre', groups: ['dev', 'ops'] }];
    const { identity } = await access.admit({
      principal: principal(),
      cluster: { ...cluster, allowedGroups },
      asked: asked('GET', '/api/v1/pods'),
    });
    expect(identity.groups).toEqual(groups);
  });

  it('is refused if the agent allows none of the groups', async () => {
    bindings = [{ ...rule, level: null, groups: ['dev', 'ops'] }];
    const { status } = await refusalOf(
      access.admit({ principal: principal(), cluster, asked: asked('GET', '/api/v1/pods') }),
    );
    expect(status).toMatchObject({
      code: 403,
      message:
        'Your access to the cluster "prod" is to the groups "dev", "ops", which its agent does not allow. Its operator can allow them with --allow-groups.',
    });
  });

  it('fails if bindings cannot be read', async () => {
    access = new ClusterAccess({
      bindings: { of: () => Promise.reject(new Error('the database is away')) },
      publicOrigin: 'https://postern.example.com',
    });
    const admitted = access.admit({ principal: principal(null, 'owner'), cluster, asked: asked('GET', '/api') });
    await expect(admitted).rejects.toThrow('away');
  });
});

describe('what was granted', () => {
  const open = () => access.admit({ principal: principal(), cluster, asked: asked('GET', '/api/v1/pods') });

  it.each<[string, boolean, BindingRule[]]>([
    ['the same binding', true, [rule]],
    ['another one with the same level', true, [{ ...rule, id: 'other' }]],
    ['no binding', false, []],
    ['a higher level', true, [{ ...rule, level: 'admin' }]],
    ['groups of the cluster instead', false, [{ ...rule, level: null, groups: ['dev'] }]],
    ['a lower level', false, [{ ...rule, level: 'viewer' }]],
    ['an expired one', false, [{ ...rule, expiresAt: new Date(0) }]],
    ['one for a namespace', false, [{ ...rule, namespaces: ['shop'] }]],
    ['another cluster', false, [{ ...rule, cluster: 'd' }]],
    ['more groups', true, [{ ...rule, groups: ['dev'] }]],
  ])('with %s still holds: %s', async (_, holds, later) => {
    bindings = [rule];
    const { stillHolds } = await open();
    expect(await stillHolds()).toBe(true);
    bindings = later;
    expect(await stillHolds()).toBe(holds);
  });

  it('with a group of the cluster holds as long as that group is granted', async () => {
    bindings = [{ ...rule, level: null, groups: ['dev', 'ops'] }];
    const { stillHolds } = await access.admit({
      principal: principal(),
      cluster: { ...cluster, allowedGroups: ['dev'] },
      asked: asked('GET', '/api/v1/pods'),
    });
    bindings = [{ ...rule, groups: ['ops', 'dev'] }];
    expect(await stillHolds()).toBe(true);
    bindings = [{ ...rule, level: 'admin', groups: ['ops'] }];
    expect(await stillHolds()).toBe(false);
  });
});
