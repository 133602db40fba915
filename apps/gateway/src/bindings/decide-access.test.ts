import { requestInfo } from '@postern/kube';
import { describe, expect, it } from 'vitest';
import { type BindingRule, decideAccess, type Holder } from './decide-access.ts';

const prod = { id: 'prod', labels: { stage: 'production', team: 'shop' } };
const at = new Date('2026-11-23T12:00:00Z');
const ms = (offset: number) => new Date(at.getTime() + offset);

const binding = (more: Partial<BindingRule> = {}): BindingRule => ({
  id: 'b1',
  team: null,
  cluster: 'prod',
  level: 'viewer',
  groups: [],
  namespaces: [],
  expiresAt: null,
  ...more,
});
const member = (...bindings: BindingRule[]): Holder => ({ role: 'member', bindings });

function decide(holder: Holder, request?: string) {
  if (request === undefined) return decideAccess(holder, prod, { asked: undefined, at });
  const [method = '', target = ''] = request.split(' ');
  const { pathname, search } = new URL(target, 'https://cluster');
  const info = requestInfo(method, pathname, search.slice(1));
  if (info === null) throw new Error(`not a request: ${request}`);
  return decideAccess(holder, prod, { asked: { info, path: pathname }, at });
}

describe('a role', () => {
  it.each(['admin', 'owner'] as const)('%s gives the level admin on every cluster', (role) => {
    const granted = { level: 'admin', groups: ['postern:admin'], via: ['role'] };
    expect(decide({ role, bindings: [] }, 'DELETE /api/v1/nodes/n')).toEqual(granted);
    expect(decide({ role, bindings: [] })).toEqual(granted);
  });

  it.each(['member', 'auditor'] as const)('%s gives none', (role) => {
    expect(decide({ role, bindings: [] }, 'GET /api')).toEqual({ denied: 'none', namespaces: [] });
    expect(decide({ role, bindings: [] })).toEqual({ denied: 'none', namespaces: [] });
  });
});

describe('a binding', () => {
  it.each<[string, boolean, Partial<BindingRule>]>([
    ['for the cluster', true, {}],
    ['for another cluster', false, { cluster: 'staging' }],
    ['for every cluster', true, { cluster: {} }],
    ['for its labels', true, { cluster: { stage: 'production', team: 'shop' } }],
    ['for one label more', false, { cluster: { stage: 'production', region: 'eu' } }],
    ['for another value', false, { cluster: { stage: 'staging' } }],
    ['for a label that every object has', false, { cluster: { constructor: 'x', toString: 'x' } }],
    ['that expires in a moment', true, { expiresAt: ms(1) }],
    ['that expires now', false, { expiresAt: ms(0) }],
    ['that has expired', false, { expiresAt: ms(-1) }],
  ])('%s counts: %s', (_, counts, more) => {
    const decision = decide(member(binding(more)), 'GET /api/v1/pods');
    expect(decision).toEqual(
      counts ? { level: 'viewer', groups: ['postern:viewer'], via: ['b1'] } : { denied: 'none', namespaces: [] },
    );
  });

  it('adds to the others: the highest level, and all groups of the cluster once', () => {
    const holder = member(
      binding({ id: 'a', level: 'editor', groups: ['dev'] }),
      binding({ id: 'b', level: 'viewer', groups: ['dev', 'ops'] }),
      binding({ id: 'c', level: null, groups: ['on-call'] }),
    );
    expect(decide(holder, 'GET /api/v1/pods')).toEqual({
      level: 'editor',
      groups: ['postern:editor', 'dev', 'ops', 'on-call'],
      via: ['a', 'b', 'c'],
    });
  });

  it('for a team also gives the group of the team', () => {
    const holder = member(binding({ id: 'a', team: 'sre', groups: ['dev'] }), binding({ id: 'b', level: 'editor' }));
    expect(decide(holder, 'GET /api/v1/pods')).toMatchObject({ groups: ['postern:editor', 'dev', 'postern:team:sre'] });
  });

  it('with groups of the cluster only gives no level', () => {
    const holder = member(binding({ level: null, groups: ['dev'] }));
    expect(decide(holder, 'GET /api/v1/pods')).toEqual({ level: null, groups: ['dev'], via: ['b1'] });
  });

  it('never lowers what a role gives', () => {
    const holder: Holder = { role: 'owner', bindings: [binding({ level: 'viewer', namespaces: ['shop'] })] };
    expect(decide(holder, 'GET /api/v1/pods')).toMatchObject({ level: 'admin' });
  });
});

describe('a binding for the namespaces shop and cart', () => {
  const limited = member(binding({ level: 'admin', namespaces: ['shop', 'cart'] }));

  it.each([
    'GET /api/v1/namespaces/shop/pods',
    'GET /api/v1/namespaces/cart/pods/p/exec',
    'DELETE /apis/apps/v1/namespaces/shop/deployments',
    'POST /apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings',
    'GET /api/v1/watch/namespaces/shop/pods',
    'GET /api/v1/namespaces/shop',
    'GET /version',
    'GET /api',
    'GET /api/v1',
    'GET /apis',
    'GET /apis/apps',
    'GET /apis/apps/v1',
    'HEAD /apis/apps/v1',
    'GET /openapi/v2',
    'GET /openapi/v3',
    'GET /openapi/v3/apis/apps/v1',
    'GET /readyz',
    'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    'POST /apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
    'POST /apis/authentication.k8s.io/v1/selfsubjectreviews',
  ])('admits %s', (request) => {
    expect(decide(limited, request)).toEqual({ level: 'admin', groups: ['postern:admin'], via: ['b1'] });
  });

  it.each([
    'GET /api/v1/pods',
    'GET /api/v1/namespaces/other/pods',
    'GET /api/v1/namespaces/shop2/pods',
    'GET /api/v1/namespaces/SHOP/pods',
    'GET /api/v1/namespaces',
    'GET /api/v1/watch/namespaces',
    'DELETE /api/v1/namespaces/shop',
    'PATCH /api/v1/namespaces/shop',
    'PUT /api/v1/namespaces/shop/finalize',
    'GET /api/v1/nodes',
    'GET /api/v1/persistentvolumes',
    'POST /api/v1/namespaces',
    'GET /metrics',
    'GET /logs/',
    'GET /debug/pprof',
    'POST /version',
    'GET /apisx',
    'GET /openapi/v4',
    'POST /apis/authorization.k8s.io/v1/subjectaccessreviews',
    'GET /apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    'POST /apis/evil.example.com/v1/selfsubjectaccessreviews',
  ])('does not admit %s', (request) => {
    expect(decide(limited, request)).toEqual({ denied: 'namespace', namespaces: ['cart', 'shop'] });
  });

  it('is an access to the cluster as such', () => {
    expect(decide(limited)).toMatchObject({ level: 'admin' });
  });

  it('has its level there only: elsewhere another binding counts', () => {
    const both = member(binding({ id: 'wide' }), binding({ id: 'narrow', level: 'admin', namespaces: ['shop'] }));
    expect(decide(both, 'GET /api/v1/namespaces/shop/pods')).toMatchObject({ level: 'admin', via: ['wide', 'narrow'] });
    expect(decide(both, 'GET /api/v1/namespaces/other/pods')).toMatchObject({ level: 'viewer', via: ['wide'] });
    expect(decide(both, 'GET /api/v1/nodes')).toMatchObject({ level: 'viewer', via: ['wide'] });
  });
});
