import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type GatewayHarness,
  type Person,
  password,
  type Reply,
  startGatewayHarness,
} from '../test/gateway-harness.ts';
import { type MailServer, startMailServer } from '../test/mail-server.ts';

let mail: MailServer;
let harness: GatewayHarness;
let owner: Person;
let clusterId: string;
const api = '/api/v1/organizations/acme';

beforeAll(async () => {
  mail = await startMailServer();
  harness = await startGatewayHarness({
    POSTERN_SIGN_INS_PER_EMAIL: '1000',
    POSTERN_SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
    POSTERN_MAIL_FROM: 'postern@example.com',
  });
  owner = await harness.signUp('acme');
  clusterId = (await harness.createCluster(owner, 'prod')).cluster.id;
  await harness.createCluster(owner, 'staging');
  await harness.ask('PATCH', `${api}/clusters/prod`, { token: owner.token, body: { labels: { stage: 'production' } } });
});
afterAll(async () => {
  await harness.stop();
  await mail.stop();
});

/** A member of acme with a token of their own. */
async function member(name: string, role = 'member'): Promise<Person> {
  const person = await harness.signUp(name);
  await harness.database.run(
    `INSERT INTO memberships (organization_id, user_id, role) VALUES ('${owner.organizationId}', '${person.userId}', '${role}')`,
  );
  return { ...person, token: await newToken(person) };
}

/** A new token, because the principal of an earlier one is cached with its memberships. */
async function newToken(person: Person): Promise<string> {
  const body = { email: person.email, password, token: { name: 't', expiresInSeconds: 600 } };
  return (await harness.ask('POST', '/api/v1/auth/sign-in', { body })).json.token.secret;
}

const grant = (body: object, token = owner.token): Promise<Reply> =>
  harness.ask('POST', `${api}/access`, { token, body });
const get = (path: string, token: string): Promise<Reply> => harness.ask('GET', `${api}${path}`, { token });

/** The answer of a request to a cluster; 503 if it was let through, because no agent is connected. */
async function reach(token: string, path = '/api/v1/pods', cluster = 'prod'): Promise<number> {
  return (await harness.ask('GET', `/k8s/acme/${cluster}${path}`, { token })).status;
}
const letThrough = 503;

/** Waits until a request gets this answer. */
async function becomes(status: number, ask: () => Promise<number>): Promise<number> {
  const start = performance.now();
  while ((await ask()) !== status) {
    if (performance.now() - start > 6_000) throw new Error(`never ${status}`);
  }
  return performance.now() - start;
}

describe('access to a cluster', () => {
  it('is nobody’s by membership alone; the refusal says where to request it', async () => {
    const mia = await member('mia');
    const refused = await harness.ask('GET', '/k8s/acme/prod/api/v1/namespaces/shop/pods', { token: mia.token });
    expect(refused).toMatchObject({ status: 403, json: { kind: 'Status', reason: 'Forbidden' } });
    expect(refused.json.message).toContain(
      `Request access at ${harness.origin}/acme/requests/new?cluster=prod&level=viewer&namespace=shop`,
    );
    expect(await reach(owner.token)).toBe(letThrough);
  });

  it('is given to a member, for some namespaces, and ends when it is revoked', async () => {
    const ben = await member('ben');
    const body = { user: ben.email, cluster: 'prod', level: 'editor', namespaces: ['shop'], reason: 'release' };
    const given = await grant(body);
    expect(given).toMatchObject({
      status: 201,
      json: {
        subject: { kind: 'user', id: ben.userId, name: ben.email },
        cluster: { id: clusterId, name: 'prod' },
        selector: null,
        level: 'editor',
        groups: [],
        namespaces: ['shop'],
        reason: 'release',
        createdBy: { name: owner.email },
        expiresAt: null,
      },
    });
    expect(await reach(ben.token, '/api/v1/namespaces/shop/pods')).toBe(letThrough);
    expect(await reach(ben.token, '/api/v1/namespaces/other/pods')).toBe(403);
    expect(await reach(ben.token)).toBe(403);
    expect(await reach(ben.token, '/api/v1/namespaces/shop/pods', 'staging')).toBe(403);
    const revoked = await harness.ask('DELETE', `${api}/access/${given.json.id}`, { token: owner.token });
    expect(revoked.status).toBe(204);
    expect(await reach(ben.token, '/api/v1/namespaces/shop/pods')).toBe(403);
    expect((await harness.ask('DELETE', `${api}/access/${given.json.id}`, { token: owner.token })).status).toBe(404);
    expect((await get(`/access?user=${ben.email}`, owner.token)).json.items).toEqual([]);
  });

  it('by labels follows the labels', async () => {
    const lou = await member('lou');
    expect((await grant({ user: lou.email, selector: { stage: 'production' }, level: 'viewer' })).status).toBe(201);
    expect(await reach(lou.token)).toBe(letThrough);
    expect(await reach(lou.token, '/api', 'staging')).toBe(403);
    const labels = (cluster: string, stage: string) =>
      harness.ask('PATCH', `${api}/clusters/${cluster}`, { token: owner.token, body: { labels: { stage } } });
    await labels('staging', 'production');
    expect(await reach(lou.token, '/api', 'staging')).toBe(letThrough);
    await labels('staging', 'test');
    expect(await reach(lou.token, '/api', 'staging')).toBe(403);
  });

  it('ends by itself', async () => {
    const tim = await member('tim');
    const { json } = await grant({ user: tim.email, cluster: 'prod', level: 'viewer', expiresInSeconds: 60 });
    expect(Date.parse(json.expiresAt) - Date.now()).toBeGreaterThan(50_000);
    expect(await reach(tim.token)).toBe(letThrough);
    await harness.database.run(`UPDATE bindings SET expires_at = now() WHERE id = '${json.id}'`);
    expect(await becomes(403, () => reach(tim.token))).toBeLessThan(5_000);
  });

  it.each<[string, object, string]>([
    ['nobody', { cluster: 'prod', level: 'viewer' }, 'user'],
    ['two subjects', { user: 'a@example.com', serviceAccount: 'ci', cluster: 'prod', level: 'viewer' }, 'user'],
    ['no cluster', { user: 'acme@example.com', level: 'viewer' }, 'cluster'],
    ['a cluster and labels', { user: 'acme@example.com', cluster: 'prod', selector: {}, level: 'viewer' }, 'cluster'],
    ['nothing to give', { user: 'acme@example.com', cluster: 'prod' }, 'level'],
    ['a stranger', { user: 'nobody@example.com', cluster: 'prod', level: 'viewer' }, 'user'],
    ['an unknown cluster', { user: 'acme@example.com', cluster: 'moon', level: 'viewer' }, 'cluster'],
    ['an unknown service account', { serviceAccount: 'moon', cluster: 'prod', level: 'viewer' }, 'serviceAccount'],
    ['an unknown team', { team: 'moon', cluster: 'prod', level: 'viewer' }, 'team'],
    ['system:masters', { user: 'acme@example.com', cluster: 'prod', groups: ['system:masters'] }, 'groups.0'],
    ['SYSTEM:masters', { user: 'acme@example.com', cluster: 'prod', groups: ['SYSTEM:masters'] }, 'groups.0'],
    ['a group of Postern', { user: 'acme@example.com', cluster: 'prod', groups: ['postern:admin'] }, 'groups.0'],
    ['two groups in one', { user: 'acme@example.com', cluster: 'prod', groups: ['a,system:masters'] }, 'groups.0'],
    ['no namespace', { user: 'acme@example.com', cluster: 'prod', level: 'viewer', namespaces: ['*'] }, 'namespaces.0'],
    [
      'forever ago',
      { user: 'acme@example.com', cluster: 'prod', level: 'viewer', expiresInSeconds: -1 },
      'expiresInSeconds',
    ],
  ])('is not given to or for %s', async (_, body, path) => {
    const refused = await grant(body);
    expect([refused.status, refused.json.error.fields?.[0]?.path]).toEqual([400, path]);
  });

  it('is listed for a cluster with the reason: the role or the binding', async () => {
    const ida = await member('ida', 'auditor');
    await grant({ user: ida.email, cluster: 'prod', level: 'viewer', reason: 'audit of 2026' });
    const all = (await get('/clusters/prod/access', ida.token)).json.items;
    expect(all).toContainEqual({
      account: { id: owner.userId, kind: 'user', name: owner.email },
      level: 'admin',
      groups: [],
      namespaces: [],
      via: { kind: 'role', role: 'owner' },
      expiresAt: null,
    });
    const own = (await get('/clusters/prod/access?mine=true', ida.token)).json.items;
    expect(own).toMatchObject([
      { account: { name: ida.email }, level: 'viewer', via: { kind: 'binding', team: null, reason: 'audit of 2026' } },
    ]);
    expect(all).toContainEqual(own[0]);
    expect((await get('/clusters/staging/access', ida.token)).json.items).not.toContainEqual(own[0]);
    expect((await get('/clusters/moon/access', ida.token)).status).toBe(404);
  });

  it('of others is not shown to a member', async () => {
    const eli = await member('eli');
    await grant({ user: owner.email, cluster: 'prod', level: 'viewer' });
    await grant({ user: eli.email, cluster: 'prod', level: 'viewer' });
    const names = (reply: Reply): string[] =>
      reply.json.items.map(
        (item: { subject?: { name: string }; account?: { name: string } }) => (item.subject ?? item.account)?.name,
      );
    expect(names(await get('/access', eli.token))).toEqual([eli.email]);
    expect(names(await get('/clusters/prod/access', eli.token))).toEqual([eli.email]);
    expect(names(await get('/access?cluster=prod', owner.token))).toContain(owner.email);
    expect((await grant({ user: eli.email, cluster: 'prod', level: 'admin' }, eli.token)).status).toBe(403);
  });

  it('ends with the membership', async () => {
    const ron = await member('ron');
    await grant({ user: ron.email, cluster: 'prod', level: 'viewer' });
    await harness.database.run(
      `DELETE FROM memberships WHERE user_id = '${ron.userId}' AND organization_id = '${owner.organizationId}'`,
    );
    expect(
      (await get('/access', owner.token)).json.items.filter(
        (one: { subject: { id: string } }) => one.subject.id === ron.userId,
      ),
    ).toEqual([]);
  });
});

describe('a request for access', () => {
  const ask = (token: string, body: object = {}): Promise<Reply> =>
    harness.ask('POST', `${api}/access-requests`, {
      token,
      body: { cluster: 'prod', level: 'editor', namespaces: ['shop'], reason: 'an incident', ...body },
    });
  const decide = (id: string, decision: string, token: string, body: object | undefined = {}): Promise<Reply> =>
    harness.ask('POST', `${api}/access-requests/${id}/${decision}`, { token, body });

  it('is approved by somebody else, begins then, and ends by itself', async () => {
    const [una, ada] = [await member('una'), await member('ada-admin', 'admin')];
    const { status, json } = await ask(una.token, { durationSeconds: 3_600 });
    expect([status, json.status, json.accessExpiresAt]).toEqual([201, 'pending', null]);
    expect((await get('/access-requests?status=pending', ada.token)).json.items).toContainEqual(json);
    expect(await reach(una.token, '/api/v1/namespaces/shop/pods')).toBe(403);
    const approved = await decide(json.id, 'approve', ada.token, {
      level: 'viewer',
      durationSeconds: 600,
      note: 'look only',
    });
    expect(approved).toMatchObject({
      status: 200,
      json: { status: 'approved', decidedBy: { name: ada.email }, note: 'look only' },
    });
    expect(Math.abs(Date.parse(approved.json.accessExpiresAt) - Date.now() - 600_000)).toBeLessThan(20_000);
    expect(await reach(una.token, '/api/v1/namespaces/shop/pods')).toBe(letThrough);
    expect(await reach(una.token)).toBe(403);
    const [binding] = (await get('/access', una.token)).json.items;
    expect(binding).toMatchObject({
      level: 'viewer',
      namespaces: ['shop'],
      reason: 'an incident',
      createdBy: { name: ada.email },
    });
  });

  it('cannot be approved by the one who made it, nor decided twice, nor for more than was asked for', async () => {
    const ada = await member('self-admin', 'admin');
    const { json } = await ask(ada.token);
    expect((await decide(json.id, 'approve', ada.token)).status).toBe(403);
    expect((await decide(json.id, 'approve', owner.token, { level: 'admin' })).status).toBe(400);
    expect((await decide(json.id, 'approve', owner.token, { durationSeconds: 7_200 })).status).toBe(400);
    const both = await Promise.all([decide(json.id, 'approve', owner.token), decide(json.id, 'deny', owner.token)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });

  it('can be denied, and taken back by the one who made it alone', async () => {
    const [una, bob] = [await member('una2'), await member('bob2')];
    const denied = await ask(una.token);
    expect((await decide(denied.json.id, 'deny', owner.token, { note: 'not now' })).json).toMatchObject({
      status: 'denied',
      note: 'not now',
      accessExpiresAt: null,
    });
    const { json } = await ask(una.token);
    expect((await decide(json.id, 'approve', bob.token)).status).toBe(403);
    expect((await decide(json.id, 'cancel', bob.token, undefined)).status).toBe(404);
    expect((await decide(json.id, 'cancel', una.token, undefined)).json.status).toBe('cancelled');
    expect((await decide(json.id, 'approve', owner.token)).status).toBe(409);
    expect((await get('/access-requests', bob.token)).json.items).toEqual([]);
    expect(await reach(una.token, '/api/v1/namespaces/shop/pods')).toBe(403);
  });

  it('that nobody decides expires', async () => {
    const una = await member('una3');
    const { json } = await ask(una.token);
    await harness.database.run(`UPDATE access_requests SET expires_at = now() WHERE id = '${json.id}'`);
    expect((await decide(json.id, 'approve', owner.token)).status).toBe(409);
    expect((await get('/access-requests?status=expired', una.token)).json.items).toMatchObject([{ id: json.id }]);
    expect((await get('/access-requests?status=pending', una.token)).json.items).toEqual([]);
  });

  it('waits with at most 20 others of the same person', async () => {
    const una = await member('una4');
    const statuses = await Promise.all(Array.from({ length: 22 }, async () => (await ask(una.token)).status));
    expect(statuses.filter((status) => status === 201)).toHaveLength(20);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
  });

  it('in an emergency gives the access at once, for an hour at most, where the organization allows it', async () => {
    const una = await member('una5');
    const emergency = { breakGlass: true, level: 'admin', namespaces: [], durationSeconds: 86_400 };
    expect((await ask(una.token, emergency)).status).toBe(403);
    expect(await reach(una.token)).toBe(403);
    await harness.database.run(`UPDATE organizations SET break_glass = true WHERE slug = 'acme'`);
    const { status, json } = await ask(una.token, emergency);
    expect([status, json.status, json.breakGlass, json.durationSeconds]).toEqual([201, 'approved', true, 3_600]);
    expect(await reach(una.token)).toBe(letThrough);
    expect((await ask(una.token, { ...emergency, reason: ' ' })).status).toBe(400);
  });

  it('in an emergency is told at once to those who approve, and to nobody else', async () => {
    const ulf = await member('ulf');
    const auditor = await member('eve6', 'auditor');
    const admin = await member('amy6', 'admin');
    await harness.database.run(`UPDATE organizations SET break_glass = true WHERE slug = 'acme'`);
    const { json } = await ask(ulf.token, { breakGlass: true, reason: 'the shop is down', namespaces: ['shop'] });
    const words = 'the shop is down';
    const told = [await mail.messageTo(owner.email, words), await mail.messageTo(admin.email, words)];
    for (const { subject, text } of told) {
      expect(subject).toBe(`Emergency access to prod by ${ulf.email}`);
      expect(text).toContain(`Until:       ${json.accessExpiresAt}\n`);
      expect(text).toContain('Namespaces:  shop\n');
      expect(text).toContain(`${harness.origin}/acme/requests\n`);
    }
    const all = mail.messages.filter(({ text }) => text.includes(words)).flatMap(({ to }) => to);
    expect(all).not.toContain(auditor.email);
    expect(all).not.toContain(ulf.email);
  });
});

describe('a service account', () => {
  const accounts = `${api}/service-accounts`;
  const create = (name: string, token = owner.token): Promise<Reply> =>
    harness.ask('POST', accounts, { token, body: { name, description: 'pipeline' } });
  const newTokenOf = (name: string, body: object = {}, token = owner.token): Promise<Reply> =>
    harness.ask('POST', `${accounts}/${name}/tokens`, { token, body: { name: 'ci', expiresInSeconds: 600, ...body } });

  it('reaches what bindings give it, as itself, until it is deleted', async () => {
    expect(await create('ci')).toMatchObject({
      status: 201,
      json: { name: 'ci', createdBy: { name: owner.email }, tokens: 0, lastUsedAt: null },
    });
    expect((await create('ci')).status).toBe(409);
    const { secret, token } = (await newTokenOf('ci')).json;
    expect(token.scopes).toContain('cluster:use');
    expect(token.scopes).not.toContain('cluster:create');
    const refused = await harness.ask('GET', '/k8s/acme/prod/api/v1/pods', { token: secret });
    expect([refused.status, refused.json.message]).toEqual([
      403,
      expect.stringContaining('User "postern:service-account:ci"'),
    ]);
    const given = await grant({ serviceAccount: 'ci', cluster: 'prod', level: 'viewer' });
    expect(given.json.subject).toMatchObject({ kind: 'service-account', name: 'ci' });
    expect(await reach(secret)).toBe(letThrough);
    expect((await harness.ask('GET', accounts, { token: owner.token })).json.items).toMatchObject([
      { name: 'ci', tokens: 1 },
    ]);
    expect((await harness.ask('POST', `${api}/clusters`, { token: secret, body: { name: 'x' } })).status).toBe(403);
    expect((await harness.ask('DELETE', `${accounts}/ci`, { token: owner.token })).status).toBe(204);
    expect(await reach(secret)).toBe(401);
    expect((await harness.ask('GET', accounts, { token: owner.token })).json.items).toEqual([]);
    expect((await create('ci')).status).toBe(201);
  });

  it('has tokens that can be revoked one by one', async () => {
    await create('deployer');
    await grant({ serviceAccount: 'deployer', cluster: 'prod', level: 'viewer' });
    const [one, two] = [(await newTokenOf('deployer')).json, (await newTokenOf('deployer')).json];
    expect((await harness.ask('GET', `${accounts}/deployer/tokens`, { token: owner.token })).json.items).toHaveLength(
      2,
    );
    const path = `${accounts}/deployer/tokens/${one.token.id}`;
    expect((await harness.ask('DELETE', `${accounts}/ci/tokens/${one.token.id}`, { token: owner.token })).status).toBe(
      404,
    );
    expect((await harness.ask('DELETE', path, { token: owner.token })).status).toBe(204);
    expect([await reach(one.secret), await reach(two.secret)]).toEqual([401, letThrough]);
  });

  it('is managed by admins alone', async () => {
    const una = await member('una6');
    expect((await create('mine', una.token)).status).toBe(403);
    expect((await newTokenOf('ci', {}, una.token)).status).toBe(403);
    expect((await harness.ask('DELETE', `${accounts}/ci`, { token: una.token })).status).toBe(403);
  });

  it('gets no scope that it, or whoever makes the token, does not have', async () => {
    expect((await newTokenOf('ci', { scopes: ['cluster:create'] })).status).toBe(403);
    expect((await newTokenOf('ci', { scopes: ['cluster:read'] })).json.token.scopes).toEqual(['cluster:read']);
    const body = { name: 'narrow', expiresInSeconds: 600, scopes: ['service-account:manage', 'cluster:read'] };
    const narrow = (await harness.ask('POST', `${api}/tokens`, { token: owner.token, body })).json.secret;
    expect((await newTokenOf('ci', { scopes: ['cluster:use'] }, narrow)).status).toBe(403);
    expect((await newTokenOf('ci', {}, narrow)).json.token.scopes).toEqual(['cluster:read']);
  });
});

describe('a token with scopes', () => {
  const make = (scopes: string[] | undefined, token = owner.token): Promise<Reply> =>
    harness.ask('POST', `${api}/tokens`, { token, body: { name: 't', expiresInSeconds: 600, scopes } });

  it('carries these and no others, over REST and to clusters', async () => {
    const reader = (await make(['cluster:read'])).json.secret;
    expect((await get('/clusters', reader)).status).toBe(200);
    expect((await get('/sessions', reader)).status).toBe(403);
    expect((await harness.ask('POST', `${api}/clusters`, { token: reader, body: { name: 'x' } })).status).toBe(403);
    expect((await harness.ask('GET', '/k8s/acme/prod/api', { token: reader })).json.message).toContain('cluster:use');
    const user = (await make(['cluster:use'])).json.secret;
    expect(await reach(user)).toBe(letThrough);
    expect((await get('/clusters', user)).status).toBe(403);
  });

  it('makes no token, kubeconfig or credential with more', async () => {
    const narrow = (await make(['token:manage', 'cluster:read'])).json.secret;
    expect((await make(['cluster:use'], narrow)).status).toBe(403);
    expect((await make(undefined, narrow)).json.token.scopes).toEqual(['cluster:read', 'token:manage']);
    for (const path of ['kubeconfig', 'credential'])
      expect((await harness.ask('POST', `${api}/clusters/prod/${path}`, { token: narrow, body: {} })).status).toBe(403);
  });

  it('that opens clusters makes credentials for them', async () => {
    const user = (await make(['cluster:use'])).json.secret;
    const asked = await harness.ask('POST', `${api}/clusters/prod/credential`, { token: user, body: {} });
    expect(await reach(asked.json.token)).toBe(letThrough);
  });

  it.each([[[]], [['everything']], [['cluster:read', 1]]])('refuses the scopes %j', async (scopes) => {
    expect((await make(scopes as string[])).status).toBe(400);
  });

  it('of a person whose role is lowered carries less', async () => {
    const una = await member('una7', 'admin');
    const { secret } = (await make(['cluster:create', 'cluster:read'], una.token)).json;
    await harness.database.run(
      `UPDATE memberships SET role = 'member' WHERE user_id = '${una.userId}' AND organization_id = '${owner.organizationId}'`,
    );
    const create = async () =>
      (await harness.ask('POST', `${api}/clusters`, { token: secret, body: { name: '?' } })).status;
    expect(await becomes(403, create)).toBeLessThan(5_500);
    expect((await get('/clusters', secret)).status).toBe(200);
  });
});
