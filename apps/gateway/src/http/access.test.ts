import { type Route, rolePermissions, roles, routes } from '@postern/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayHarness, type Person, password, startGatewayHarness } from '../test/gateway-harness.ts';
import { declaredHandlers } from '../test/handlers.ts';
import { attestation } from '../test/passkey-bodies.ts';
import { routePath } from '../test/route-path.ts';

let harness: GatewayHarness;
let ada: Person;
let eve: Person;
let adasToken: string;

beforeAll(async () => {
  harness = await startGatewayHarness();
  [ada, eve] = await Promise.all([harness.signUp('ada'), harness.signUp('eve')]);
  await harness.createCluster(ada, 'prod');
  const made = await harness.ask('POST', '/api/v1/organizations/ada/tokens', { token: ada.token, body: { name: 't' } });
  adasToken = made.json.token.id;
});
afterAll(() => harness.stop());

const table = Object.entries<Route>(routes);
const ofOrganization = table.filter(([, { path }]) => path.includes('{organization}'));

/** A body that each operation accepts, so that only the caller can be wrong. */
const bodies: Record<string, unknown> = {
  createCluster: { name: 'new' },
  updateCluster: { labels: { a: 'b' } },
  createKubeconfig: {},
  createToken: { name: 'x' },
  updateAccount: { name: null },
  changeEmail: { email: 'other@example.com' },
  changePassword: { currentPassword: 'wrong', newPassword: password },
  stepUp: { password: 'wrong' },
  confirmTotp: { code: '000000' },
  createPasskey: { name: 'key', attestation: attestation() },
  updatePasskey: { name: 'key' },
  updateOrganizationSecurity: { requireSecondFactor: true },
  updateRecordingSettings: { retentionDays: 30 },
  updateAuditSettings: { retentionDays: 400 },
  updateClusterAudit: { mode: 'fail-open' },
  createAuditWebhook: { url: 'https://192.0.2.1/' },
  startOidc: { organization: 'nobody' },
  completeOidc: { response: 'code=x&state=x' },
  setOidc: { issuer: 'https://192.0.2.1', clientId: 'postern', clientSecret: 'x' },
};

/** The body of a response without its request id. */
function bodyOf(text: string): unknown {
  const { error, ...rest } = JSON.parse(text);
  return { ...rest, error: { ...error, requestId: undefined } };
}

describe('the routes', () => {
  it('are those of the table, each with one handler, and there is no undeclared handler', () => {
    const { undeclared, operations } = declaredHandlers();
    expect(undeclared).toEqual([]);
    expect(operations.toSorted()).toEqual(Object.keys(routes).toSorted());
  });

  it.each(table.filter(([, { access }]) => access !== 'public'))('%s needs a credential', async (id, route) => {
    const path = routePath(route, { organization: 'ada', cluster: 'prod', token: adasToken });
    const variants = [
      path,
      `${path}/`,
      path.toUpperCase(),
      `${path}?token=${ada.token}`,
      `/${path}`,
      `${path}%00`,
      `${path}/.`,
    ];
    const disguises: Record<string, string>[] = [
      {},
      { 'user-agent': 'kube-probe/1.30' },
      { 'x-forwarded-uri': '/healthz', 'x-original-url': '/healthz' },
      { 'x-middleware-subrequest': 'middleware' },
      { 'x-http-method-override': 'GET' },
      { authorization: `Bearer ${ada.token.slice(0, -2)}` },
    ];
    for (const headers of disguises) {
      const reply = await harness.ask(route.method, path, { headers, body: bodies[id] });
      expect(reply.status, JSON.stringify(headers)).toBe(401);
      expect(reply.json.error.code).toBe('unauthenticated');
    }
    for (const variant of variants)
      expect([400, 401, 404, 405]).toContain((await harness.ask(route.method, variant, { body: bodies[id] })).status);
    if (route.method === 'GET') expect((await harness.ask('HEAD', path)).status).toBe(401);
  });

  it.each(ofOrganization)(
    "%s responds the same for a stranger's organization as for one that does not exist",
    async (id, route) => {
      const ask = (organization: string) =>
        harness.ask(route.method, routePath(route, { organization, cluster: 'prod', token: adasToken }), {
          token: eve.token,
          body: bodies[id],
        });
      const [foreign, unknown] = [await ask('ada'), await ask('no-such-organization')];
      expect([foreign.status, unknown.status]).toEqual([404, 404]);
      expect(bodyOf(foreign.text)).toEqual(bodyOf(unknown.text));
    },
  );

  it.each(ofOrganization.filter(([, { path }]) => /\{(cluster|token|webhook)\}/.test(path)))(
    "%s responds the same for a stranger's resource under one's own organization as for one that does not exist",
    async (id, route) => {
      const ask = (cluster: string, token: string) =>
        harness.ask(route.method, routePath(route, { organization: 'eve', cluster, token }), {
          token: eve.token,
          body: bodies[id],
        });
      const foreign = await ask('prod', adasToken);
      const unknown = await ask('nothing', '0190aaaa-0000-7000-8000-00000000ffff');
      expect([foreign.status, unknown.status]).toEqual([404, 404]);
      expect(bodyOf(foreign.text)).toEqual(bodyOf(unknown.text));
      const malformed = await ask('No..Name', 'no-id');
      expect(malformed.status).toBe(404);
    },
  );

  it('leave the other organization unchanged', async () => {
    const clusters = await harness.ask('GET', '/api/v1/organizations/ada/clusters', { token: ada.token });
    expect(clusters.json.items).toMatchObject([{ name: 'prod', labels: {} }]);
    const tokens = await harness.ask('GET', '/api/v1/organizations/ada/tokens', { token: ada.token });
    expect(tokens.json.items.map(({ id }: { id: string }) => id)).toContain(adasToken);
    const own = await harness.ask('GET', '/api/v1/organizations/eve/clusters', { token: eve.token });
    expect(own.json.items).toEqual([]);
  });
});

describe('roles', () => {
  it.each(roles)('%s may do exactly what the table says', async (role) => {
    const person = await harness.signUp(`as-${role}`);
    await harness.database.run(
      `INSERT INTO memberships (organization_id, user_id, role) VALUES ('${ada.organizationId}', '${person.userId}', '${role}')`,
    );
    // A new token, because the principal of a token is cached with its memberships.
    const signIn = await harness.ask('POST', '/api/v1/auth/sign-in', {
      body: { email: person.email, password: 'correct horse battery', token: { name: 't', expiresInSeconds: 600 } },
    });
    const { secret } = signIn.json.token;
    // Leaving comes last: afterwards there is no role any more.
    const isLeaving = ([id]: [string, Route]): boolean => id === 'leaveOrganization';
    const inOrder = [...ofOrganization.filter((one) => !isLeaving(one)), ...ofOrganization.filter(isLeaving)];
    for (const [id, route] of inOrder) {
      const path = routePath(route, { organization: 'ada', cluster: 'nothing', token: adasToken });
      const { json, status } = await harness.ask(route.method, path, {
        token: secret,
        body: id === 'createCluster' ? { name: '?' } : bodies[id],
      });
      const isAllowed = (rolePermissions[role] as readonly string[]).includes(route.access);
      // Some also refuse those who may, for reasons that have other codes.
      expect(status === 403 && json.error.code === 'forbidden', `${id}: ${status}`).toBe(!isAllowed);
    }
  });

  it('do not include seeing the tokens of other members', async () => {
    const person = await harness.signUp('colleague');
    await harness.database.run(
      `INSERT INTO memberships (organization_id, user_id, role) VALUES ('${ada.organizationId}', '${person.userId}', 'owner')`,
    );
    const path = '/api/v1/organizations/ada/tokens';
    const listed = await harness.ask('GET', path, { token: person.token });
    expect(listed.json.items).toEqual([]);
    expect((await harness.ask('DELETE', `${path}/${adasToken}`, { token: person.token })).status).toBe(404);
  });
});

const clusterOffline = [503, 'Status', 'ServiceUnavailable'];

describe('sessions', () => {
  it('of others are visible to auditors, admins and owners, not to members', async () => {
    const { rows } = await harness.database.run(
      `SELECT id FROM clusters WHERE organization_id = '${ada.organizationId}'`,
    );
    const grace = await harness.signUp('grace');
    const session = (userId: string, pod: string): Promise<unknown> =>
      harness.database.run(
        `INSERT INTO sessions (id, organization_id, cluster_id, user_id, kind, namespace, pod, command, client_address, user_agent)
         VALUES (gen_random_uuid(), '${ada.organizationId}', '${rows[0]?.id}', '${userId}', 'exec', 'a', '${pod}', '{}', '', '')`,
      );
    await session(ada.userId, 'of-ada');
    await session(grace.userId, 'of-grace');
    const seen: Record<string, string[]> = {};
    for (const role of roles) {
      await harness.database.run(
        `INSERT INTO memberships (organization_id, user_id, role) VALUES ('${ada.organizationId}', '${grace.userId}', '${role}')
         ON CONFLICT (organization_id, user_id) DO UPDATE SET role = '${role}'`,
      );
      // A new token, because the principal of the previous one is cached.
      const body = { email: grace.email, password, token: { name: role, expiresInSeconds: 600 } };
      const { json } = await harness.ask('POST', '/api/v1/auth/sign-in', { body });
      const reply = await harness.ask('GET', '/api/v1/organizations/ada/sessions', { token: json.token.secret });
      seen[role] = reply.json.items.map(({ pod }: { pod: string }) => pod).toSorted();
    }
    expect(seen).toEqual({
      member: ['of-grace'],
      auditor: ['of-ada', 'of-grace'],
      admin: ['of-ada', 'of-grace'],
      owner: ['of-ada', 'of-grace'],
    });
  });
});

describe('a kubeconfig credential', () => {
  it('is not another token with its prefix, nor a token that only looks like one', async () => {
    const disguised = ada.token.replace('postern_', 'postern_kube_');
    const claims = Buffer.from(JSON.stringify({ aud: 'postern-access', sub: ada.userId })).toString('base64url');
    for (const token of [disguised, `postern_kube_x`, `e30.${claims}.x`, `e30.${claims}.`]) {
      for (const path of [
        '/api/v1/auth/me',
        '/api/v1/organizations/ada/tokens',
        '/',
        '/healthz',
        '/k8s/ada/prod/api',
      ]) {
        const { status, json } = await harness.ask('GET', path, { token });
        expect([status, json?.kind, json?.reason], path).toEqual([401, 'Status', 'Unauthorized']);
      }
    }
  });

  it('opens only its own cluster: not the API, and no other cluster', async () => {
    await harness.createCluster(ada, 'other');
    const api = '/api/v1/organizations/ada/clusters/prod';
    const made = await harness.ask('POST', `${api}/kubeconfig`, { token: ada.token, body: {} });
    const [, token = ''] = /token: (postern_\S+)/.exec(made.json.kubeconfig) ?? [];
    const access = await harness.ask('POST', `${api}/credential`, { token: ada.token });
    expect(token).toMatch(/^postern_kube_/);
    // As issued before kubeconfigs had a prefix of their own: the API gets the request, and refuses it.
    const unmarked = token.replace('postern_kube_', 'postern_');
    for (const credential of [token, unmarked, access.json.token as string]) {
      for (const [id, route] of table) {
        const path = routePath(route, { organization: 'ada', cluster: 'prod', token: adasToken });
        const { status, json } = await harness.ask(route.method, path, { token: credential, body: bodies[id] });
        // Every path is the cluster's, whose agent is offline.
        if (credential !== unmarked) expect([status, json?.kind, json?.reason], id).toEqual(clusterOffline);
        else if (route.access !== 'public') expect(status, id).toBe(route.access === 'join-token' ? 401 : 403);
      }
      expect((await harness.ask('GET', '/k8s/ada/prod/api', { token: credential })).status).toBe(503);
      expect((await harness.ask('GET', '/k8s/ada/other/api', { token: credential })).status).toBe(404);
    }
  });

  it('of the exec plugin ends with the token that it was derived from', async () => {
    const parent = await harness.ask('POST', '/api/v1/organizations/ada/tokens', {
      token: ada.token,
      body: { name: 'p' },
    });
    const path = '/api/v1/organizations/ada/clusters/prod/credential';
    const { token } = (await harness.ask('POST', path, { token: parent.json.secret })).json;
    expect((await harness.ask('GET', '/k8s/ada/prod/api', { token })).status).toBe(503);
    await harness.ask('DELETE', `/api/v1/organizations/ada/tokens/${parent.json.token.id}`, { token: ada.token });
    expect((await harness.ask('GET', '/k8s/ada/prod/api', { token })).status).toBe(401);
  });

  it('ends when its cluster is deleted, and does not open a new cluster with the same name', async () => {
    await harness.createCluster(ada, 'gone');
    const api = '/api/v1/organizations/ada/clusters/gone';
    const made = await harness.ask('POST', `${api}/kubeconfig`, { token: ada.token, body: {} });
    const [, token = ''] = /token: (postern_\S+)/.exec(made.json.kubeconfig) ?? [];
    expect((await harness.ask('DELETE', api, { token: ada.token })).status).toBe(204);
    expect((await harness.ask('GET', api, { token: ada.token })).status).toBe(404);
    await harness.createCluster(ada, 'gone');
    expect((await harness.ask('GET', '/k8s/ada/gone/api', { token })).status).toBe(401);
  });
});
