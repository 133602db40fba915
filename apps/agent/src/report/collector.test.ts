import type { Http2ServerRequest } from 'node:http2';
import { selfSigned, type TestCertificate, useLeakCheck } from '@postern/testkit';
import { pino } from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import { http2Apiserver } from '../test/apiserver.ts';
import { textOf } from '../test/serving.ts';
import { Upstream } from '../upstream/upstream.ts';
import { Collector } from './collector.ts';

useLeakCheck();
let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await selfSigned();
});

/** The part of an apiserver that the report queries. Records each request with the impersonated group. */
function cluster(rights: { impersonate: boolean; bindings: boolean; mayCreate: boolean }) {
  const asked: string[] = [];
  const pages = [
    { metadata: { continue: 'next' }, columnDefinitions: [{ name: 'Name' }, { name: 'Status' }], rows: row('Ready') },
    { metadata: {}, rows: [...row('Ready,SchedulingDisabled'), ...row('NotReady')] },
  ];
  const answer = async (request: Http2ServerRequest): Promise<[number, unknown]> => {
    const as = request.headers['impersonate-group'] ?? 'itself';
    const { pathname, searchParams } = new URL(request.url, 'https://x');
    asked.push(`${request.method} ${pathname} as ${as}`);
    if (pathname.endsWith('selfsubjectaccessreviews')) {
      const { spec } = JSON.parse(await textOf(request)) as { spec: { resourceAttributes: { verb: string } } };
      const isOwn = spec.resourceAttributes.verb === 'impersonate';
      return [201, { status: { allowed: isOwn ? rights.impersonate : rights.bindings } }];
    }
    if (pathname === '/version') return [200, { gitVersion: 'v1.33.4', platform: 'linux/amd64' }];
    if (pathname === '/api/v1/nodes') return [200, searchParams.has('continue') ? pages[1] : pages[0]];
    if (request.method === 'PATCH' && rights.mayCreate) return [201, {}];
    if (request.method === 'PATCH') return [403, { message: 'clusterroles is forbidden' }];
    return [404, {}];
  };
  return { asked, answer };
}
const row = (status: string) => [{ cells: ['name', status] }];

const policy = {
  readOnly: true,
  allowedGroups: ['oidc:devs'],
  allowImpersonation: false,
  namespaces: ['shop'],
  allowProxy: false,
};
const clusterId = '0198c1d2-0000-7000-8000-000000000001';

async function collect(rights: Parameters<typeof cluster>[0], location: 'in-cluster' | 'outside') {
  const { asked, answer } = cluster(rights);
  await using api = await http2Apiserver(certificate, async (request, response) => {
    const [status, body] = await answer(request);
    response.writeHead(status).end(JSON.stringify(body));
  });
  const upstream = new Upstream(api.endpoint);
  const collector = new Collector({
    upstream,
    instance: 'pod-1',
    policy,
    installation: { clusterId, location },
    logger: pino({ level: 'silent' }),
  });
  const report = await collector.collect();
  upstream.close();
  return { report, asked };
}

describe('the report', () => {
  it('counts nodes across pages and reads everything as a viewer', async () => {
    const { report, asked } = await collect({ impersonate: true, bindings: true, mayCreate: false }, 'in-cluster');
    expect(report).toMatchObject({
      instance: 'pod-1',
      location: 'in-cluster',
      kubernetes: { version: 'v1.33.4', platform: 'linux/amd64', nodes: { total: 3, ready: 2 } },
      capabilities: { impersonate: true, listNodes: true, bindings: 'present', metricsApi: false, policy },
    });
    expect(report.problem).toBeUndefined();
    const own = asked.filter((line) => line.endsWith('as itself'));
    expect(own.every((line) => line.includes('selfsubjectaccessreviews'))).toBe(true);
    expect(asked).toContain('GET /api/v1/nodes as postern:viewer');
  });

  it('creates the bindings outside the cluster, if permitted', async () => {
    const { report, asked } = await collect({ impersonate: true, bindings: false, mayCreate: true }, 'outside');
    expect(report.capabilities?.bindings).toBe('created');
    expect(asked).toContain(
      `PATCH /apis/rbac.authorization.k8s.io/v1/clusterrolebindings/postern%3Aadmin%3A${clusterId} as itself`,
    );
  });

  it('creates its own bindings beside those of another installation, which may be removed', async () => {
    const { report, asked } = await collect({ impersonate: true, bindings: true, mayCreate: true }, 'outside');
    expect(report.capabilities?.bindings).toBe('created');
    expect(asked.filter((line) => line.startsWith('PATCH'))).toHaveLength(5);
  });

  it('uses the bindings of another installation if it may not create its own', async () => {
    const { report, asked } = await collect({ impersonate: true, bindings: true, mayCreate: false }, 'outside');
    expect(report.capabilities?.bindings).toBe('present');
    expect(report.problem).toBeUndefined();
    expect(asked.filter((line) => line.startsWith('PATCH'))).toHaveLength(1);
  });

  it('says what to apply if it may not create the bindings', async () => {
    const { report } = await collect({ impersonate: true, bindings: false, mayCreate: false }, 'outside');
    expect(report.capabilities?.bindings).toBe('missing');
    expect(report.problem?.message).toContain(`postern agent --print-access ${clusterId} | kubectl apply -f -`);
  });

  it('never writes inside the cluster', async () => {
    const { report, asked } = await collect({ impersonate: true, bindings: false, mayCreate: true }, 'in-cluster');
    expect(report.capabilities?.bindings).toBe('missing');
    expect(asked.filter((line) => line.startsWith('PATCH'))).toEqual([]);
  });

  it('reports a problem if it may not impersonate', async () => {
    const { report } = await collect({ impersonate: false, bindings: false, mayCreate: true }, 'outside');
    expect(report.problem?.code).toBe('cannot-impersonate');
  });
});
