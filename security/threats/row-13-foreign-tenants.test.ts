import { type OperationId, type Route, routes } from '@postern/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person, Reply } from '../../apps/gateway/src/test/gateway-harness.ts';
import { routePath } from '../../apps/gateway/src/test/route-path.ts';
import { type Product, startProduct } from './harness.ts';

let product: Product;
let stranger: Person;
/** Ids of what the other organization has, by the name of the parameter in a path. */
let theirs: Record<string, string>;

/** Bodies that their routes accept, so that only the id can be wrong. */
const bodies: Partial<Record<OperationId, object>> = {
  updateMember: { role: 'auditor' },
  updateTeam: { name: 'Taken' },
  addTeamMember: { user: 'stranger@example.com' },
  updateCluster: { labels: { taken: 'yes' } },
  updateClusterAudit: { mode: 'fail-open' },
  createKubeconfig: {},
  createServiceAccountToken: { name: 'x' },
  approveAccessRequest: {},
  denyAccessRequest: {},
};

beforeAll(async () => {
  // An address of documentation (RFC 5737), where nothing is reached.
  product = await startProduct({ environment: { POSTERN_WEBHOOK_NETWORKS: '192.0.2.0/24' } });
  const { gateway, owner } = product;
  stranger = await gateway.signUp('stranger');
  const make = async (path: string, body: object, { token } = owner): Promise<Reply['json']> => {
    const made = await gateway.ask('POST', `/api/v1/organizations/${owner.slug}${path}`, { token, body });
    if (made.status !== 201) throw new Error(`${path}: ${made.status} ${made.text}`);
    return made.json;
  };
  const team = await make('/teams', { name: 'Operations', slug: 'ops' });
  const serviceAccount = await make('/service-accounts', { name: 'ci' });
  const binding = await make('/access', { team: 'ops', cluster: 'prod', level: 'viewer' });
  const { invitation } = await make('/invitations', { email: 'guest@example.com' });
  const colleague = await gateway.signUp('colleague');
  const { link } = await make('/invitations', { email: colleague.email });
  const secret = new URL(link).hash.slice(1);
  await gateway.ask('POST', '/api/v1/invitations/accept', { token: colleague.token, body: { secret } });
  const request = await make('/access-requests', { cluster: 'prod', level: 'viewer', reason: 'a release' }, colleague);
  const { token } = await make('/tokens', { name: 't' });
  const webhook = await make('/audit/webhooks', { url: 'https://192.0.2.1/' });
  theirs = {
    user: owner.userId,
    member: owner.userId,
    account: owner.userId,
    team: team.slug,
    serviceAccount: serviceAccount.name,
    binding: binding.id,
    invitation: invitation.id,
    token: token.id,
    webhook: (webhook.webhook ?? webhook).id,
    request: request.id,
    cluster: 'prod',
  };
});
afterAll(() => product[Symbol.asyncDispose]());

/** The answer without what differs between any two of them. */
function told({ status, text }: Reply): unknown {
  const { error } = JSON.parse(text);
  return { status, error: { ...error, requestId: undefined } };
}

const parametersOf = (route: Route): string[] => [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
const ofOrganization = Object.entries<Route>(routes).filter(([, { path }]) => path.includes('{organization}'));
const withId = ofOrganization.filter(([, route]) => parametersOf(route).length > 1);

describe('threat 13: ids of another tenant over REST', () => {
  it('threat 13: every kind of id in a path is tested with one that exists, or has a test of its own', () => {
    const kinds = new Set(withId.flatMap(([, route]) => parametersOf(route)));
    // Sessions: `apps/gateway/src/recordings/recordings.test.ts`.
    expect([...kinds].filter((kind) => !(kind in theirs)).sort()).toEqual(['organization', 'session']);
  });

  it.each(ofOrganization)('threat 13: %s in their organization', async (id, route) => {
    const ask = (params: Record<string, string>): Promise<Reply> =>
      product.gateway.ask(route.method, routePath(route, params), {
        token: stranger.token,
        body: bodies[id as OperationId],
      });
    const foreign = await ask({ ...theirs, organization: product.owner.slug });
    expect(foreign.status).toBe(404);
    expect(told(foreign)).toEqual(told(await ask({ organization: 'no-such-organization' })));
  });

  it.each(withId)('threat 13: %s with their id in one’s own organization', async (id, route) => {
    const ask = (params: Record<string, string>): Promise<Reply> =>
      product.gateway.ask(route.method, routePath(route, { organization: stranger.slug, ...params }), {
        token: stranger.token,
        body: bodies[id as OperationId],
      });
    const foreign = await ask(theirs);
    expect(foreign.status).toBe(404);
    expect(told(foreign)).toEqual(told(await ask({ cluster: 'nothing', team: 'nothing', serviceAccount: 'nothing' })));
  });

  it('threat 13: the owner still has everything', async () => {
    const { gateway, owner } = product;
    const list = async (what: string): Promise<{ id: string }[]> =>
      (await gateway.ask('GET', `/api/v1/organizations/${owner.slug}/${what}`, { token: owner.token })).json.items;
    for (const [what, kind] of [
      ['access', 'binding'],
      ['invitations', 'invitation'],
      ['tokens', 'token'],
      ['audit/webhooks', 'webhook'],
    ] as const)
      expect((await list(what)).map(({ id }) => id)).toContain(theirs[kind]);
    expect(await list('clusters')).toMatchObject([{ name: 'prod', labels: {} }]);
    expect(await list('members')).toContainEqual(expect.objectContaining({ id: owner.userId, role: 'owner' }));
    expect(await list('access-requests')).toMatchObject([{ id: theirs['request'], status: 'pending' }]);
  });
});

describe('threat 13: clusters of another tenant at the kube endpoint', () => {
  const asked = async (token: string, line: string, more: string[] = []): Promise<{ answer: unknown; api: string[] }> =>
    product.raw(
      [
        `${line} HTTP/1.1`,
        `Host: localhost:${product.gateway.port}`,
        `Authorization: Bearer ${token}`,
        ...more,
        '',
        '',
      ].join('\r\n'),
    );
  const exec = '/api/v1/namespaces/a/pods/p/exec?command=sh';

  it.each([
    ['GET /api', []],
    ['GET /version', []],
    ['GET /api/v1/secrets', []],
    ['GET /api/v1/namespaces/a/pods?watch=1', []],
    ['GET /api/v1/namespaces/a/pods/p/log?follow=1', []],
    ['POST /api/v1/namespaces/a/configmaps', ['Content-Length: 0']],
    ['DELETE /api/v1/namespaces/a', []],
    ['PATCH /apis/apps/v1/namespaces/a/deployments/d', ['Content-Length: 0']],
    [`POST ${exec}`, ['Upgrade: SPDY/3.1']],
    [`GET ${exec}`, ['Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==']],
  ])('threat 13: %s of a stranger is answered like a cluster that does not exist', async (line, headers) => {
    const [method, path] = line.split(' ');
    const more = [
      ...headers,
      headers.some((text) => text.startsWith('Upgrade')) ? 'Connection: Upgrade' : 'Connection: close',
    ];
    for (const cluster of [product.cluster, `/k8s/${product.owner.slug}/nothing`, `/k8s/${stranger.slug}/prod`])
      expect([cluster, await asked(stranger.token, `${method} ${cluster}${path}`, more)]).toMatchObject([
        cluster,
        { answer: 404, api: [] },
      ]);
  });

  it('threat 13: the owner’s own request gets through', async () => {
    const { answer, api } = await asked(product.owner.token, `GET ${product.cluster}/api`, ['Connection: close']);
    expect([answer, api.length]).toEqual([200, 1]);
  });
});
