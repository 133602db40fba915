import { requestInfo } from '@postern/kube';
import { describe, expect, it } from 'vitest';
import { openPolicy } from '../test/serving.ts';
import { type Policy, policyRefusal } from './operator-policy.ts';

function refusal(method: string, target: string, changes: Partial<Policy>): string | undefined {
  const [path = '', query = ''] = target.split('?');
  const info = requestInfo(method, path, query);
  if (info === null) throw new Error(`${target} is not clear`);
  return policyRefusal({ method, path, info }, { ...openPolicy, ...changes });
}

describe('proxies', () => {
  it.each([
    'GET /api/v1/namespaces/n/services/web:80/proxy/',
    'GET /api/v1/namespaces/n/services/web/proxy',
    'POST /api/v1/namespaces/n/pods/web-0/proxy/admin',
    'GET /api/v1/proxy/namespaces/n/services/web/',
    'GET /api/v1/proxy/namespaces/n/pods/web-0',
    'GET /apis/example.com/v1/namespaces/n/things/x/proxy',
  ])('are refused unless allowed: %s', (line) => {
    const [method = '', target = ''] = line.split(' ');
    expect(refusal(method, target, { allowProxy: false })).toMatch(/--allow-proxy/);
    expect(refusal(method, target, { allowProxy: true })).toBeUndefined();
  });

  it.each([
    '/api/v1/nodes/n/proxy',
    '/api/v1/nodes/n/proxy/exec/n/p/c',
    '/api/v1/proxy/nodes/n/metrics',
    '/api/v1/nodes/n:10250/proxy/run',
  ])('of nodes are always refused: %s', (target) => {
    expect(refusal('GET', target, { allowProxy: true })).toMatch(/never allowed/);
  });
});

describe('a limit to namespaces', () => {
  const namespaces = new Set(['shop', 'web']);

  it.each([
    'GET /api/v1/namespaces/shop/pods',
    'GET /api/v1/namespaces/shop/pods?watch=1',
    'GET /api/v1/watch/namespaces/web/pods',
    'POST /apis/apps/v1/namespaces/web/deployments',
    'DELETE /api/v1/namespaces/shop/pods/web-0',
    'GET /api/v1/namespaces/shop/pods/web-0/exec?command=sh',
    'GET /api/v1/namespaces/shop',
    'GET /',
    'GET /api',
    'GET /api/v1',
    'GET /api/v1/',
    'GET /apis',
    'GET /apis/apps',
    'GET /apis/apps/v1',
    'GET /version',
    'GET /openapi/v2',
    'GET /openapi/v3',
    'GET /openapi/v3/apis/apps/v1',
    'GET /healthz',
    'HEAD /livez/ping',
    'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    'POST /apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
    'POST /apis/authentication.k8s.io/v1/selfsubjectreviews',
  ])('allows %s', (line) => {
    const [method = '', target = ''] = line.split(' ');
    expect(refusal(method, target, { namespaces })).toBeUndefined();
  });

  it.each([
    'GET /api/v1/namespaces/kube-system/secrets',
    'GET /api/v1/namespaces/shop2/pods',
    'GET /api/v1/namespaces/SHOP/pods',
    'GET /api/v1/pods',
    'GET /api/v1/pods?fieldSelector=metadata.namespace=shop',
    'GET /api/v1/watch/pods',
    'GET /api/v1/namespaces',
    'GET /api/v1/namespaces?fieldSelector=metadata.name=shop',
    'GET /api/v1/nodes',
    'GET /api/v1/nodes/shop',
    'GET /apis/rbac.authorization.k8s.io/v1/clusterroles/shop',
    'DELETE /api/v1/namespaces/shop',
    'PATCH /api/v1/namespaces/shop',
    'PUT /api/v1/namespaces/shop/finalize',
    'PUT /api/v1/namespaces/shop/status',
    'POST /api/v1/namespaces',
    'GET /metrics',
    'GET /logs/kube-apiserver.log',
    'GET /debug/pprof/',
    'GET /configz',
    'GET /.well-known/openid-configuration',
    'POST /version',
    'POST /api',
    'GET /healthz/a/b',
    'GET /versions',
    'POST /apis/authorization.k8s.io/v1/subjectaccessreviews',
    'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews/x',
    'PUT /apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    'POST /apis/example.com/v1/selfsubjectaccessreviews',
    'POST /apis/authentication.k8s.io/v1/tokenreviews',
  ])('refuses %s', (line) => {
    const [method = '', target = ''] = line.split(' ');
    expect(refusal(method, target, { namespaces })).toMatch(/limited to/);
  });

  it('applies together with the read-only mode', () => {
    expect(refusal('POST', '/api/v1/namespaces/shop/pods', { namespaces, readOnly: true })).toMatch(/read-only/);
    expect(refusal('GET', '/api/v1/namespaces/x/pods', { namespaces, readOnly: true })).toMatch(/limited to/);
  });
});

it('asking what one may do oneself is not a change, so the read-only mode allows it', () => {
  const path = '/apis/authorization.k8s.io/v1';
  expect(refusal('POST', `${path}/selfsubjectaccessreviews`, { readOnly: true })).toBeUndefined();
  expect(refusal('POST', `${path}/subjectaccessreviews`, { readOnly: true })).toMatch(/read-only/);
});
