import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type GatewayHarness,
  type Person,
  password,
  type Reply,
  startGatewayHarness,
} from '../test/gateway-harness.ts';

let harness: GatewayHarness;
let owner: Person;
const api = '/api/v1/organizations/acme';

beforeAll(async () => {
  harness = await startGatewayHarness({ POSTERN_SIGN_INS_PER_EMAIL: '1000' });
  owner = await harness.signUp('acme');
  await harness.createCluster(owner, 'prod');
});
afterAll(() => harness.stop());

const post = (path: string, token: string | undefined, body?: object): Promise<Reply> =>
  harness.ask('POST', path, { ...(token === undefined ? {} : { token }), ...(body === undefined ? {} : { body }) });
const get = (path: string, token = owner.token): Promise<Reply> => harness.ask('GET', `${api}${path}`, { token });
const invite = (body: object, token = owner.token): Promise<Reply> => post(`${api}/invitations`, token, body);
const accept = (secret: string, token: string): Promise<Reply> => post('/api/v1/invitations/accept', token, { secret });

/** The secret in the fragment of an invitation's link. */
function secretOf(invited: Reply): string {
  const url = new URL(invited.json.link);
  expect([url.origin, url.pathname, url.search]).toEqual([harness.origin, '/join', '']);
  return url.hash.slice(1);
}

/** A person who accepted an invitation to acme. */
async function join(name: string, role = 'member', teams: string[] = []): Promise<Person> {
  const person = await harness.signUp(name);
  const accepted = await accept(secretOf(await invite({ email: person.email, role, teams })), person.token);
  if (accepted.status !== 200) throw new Error(accepted.text);
  return person;
}

/** Waits until a request gets this answer, at most the 5 s in which every revocation must have taken effect. */
async function becomes(status: number, ask: () => Promise<number>): Promise<void> {
  const start = performance.now();
  while ((await ask()) !== status) if (performance.now() - start > 5_000) throw new Error(`not ${status} within 5 s`);
}

describe('an invitation', () => {
  it('makes the invited person a member, with its role, once', async () => {
    const mia = await harness.signUp('mia');
    const invited = await invite({ email: ' MIA@example.com ', role: 'auditor' });
    expect(invited).toMatchObject({
      status: 201,
      json: { invitation: { email: mia.email, role: 'auditor', teams: [], invitedBy: { name: owner.email } } },
    });
    const secret = secretOf(invited);
    expect((await post('/api/v1/invitations/read', undefined, { secret })).json).toMatchObject({
      organization: { name: 'acme', slug: 'acme' },
      email: mia.email,
      role: 'auditor',
      invitedBy: owner.email,
      hasAccount: true,
    });
    expect((await get('/members', mia.token)).status).toBe(404);
    expect(await accept(secret, mia.token)).toMatchObject({ status: 200, json: { organization: { slug: 'acme' } } });
    await becomes(200, async () => (await get('/members', mia.token)).status);
    expect((await get('/members')).json.items).toContainEqual(
      expect.objectContaining({ id: mia.userId, email: mia.email, role: 'auditor' }),
    );
    expect((await accept(secret, mia.token)).status).toBe(410);
    expect((await post('/api/v1/invitations/read', undefined, { secret })).status).toBe(410);
    expect((await get('/invitations')).json.items).toEqual([]);
    expect((await invite({ email: mia.email })).status).toBe(409);
  });

  it('works for nobody else', async () => {
    const eve = await harness.signUp('eve');
    const secret = secretOf(await invite({ email: 'mona@example.com' }));
    expect((await accept(secret, eve.token)).status).toBe(403);
    expect((await post('/api/v1/invitations/accept', undefined, { secret })).status).toBe(401);
    const mona = await harness.signUp('mona');
    expect((await accept(secret, mona.token)).status).toBe(200);
  });

  it.each<[string, (secret: string) => string]>([
    ['of another one', (secret) => secret.replace(/_[0-9a-f]{32}_/, `_${'0'.repeat(32)}_`)],
    ['with another last character', (secret) => `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`],
    ['of another kind', (secret) => secret.replace('invite', 'join')],
    ['that is empty but for its prefix', () => 'postern_invite_'],
  ])('is not opened by a secret %s', async (_, change) => {
    const person = await harness.signUp(`n${Math.random().toString(36).slice(2)}`);
    const secret = secretOf(await invite({ email: person.email }));
    expect((await accept(change(secret), person.token)).status).toBe(410);
    expect((await accept(secret, person.token)).status).toBe(200);
  });

  it('is replaced by the next one for the address, can be revoked, and expires', async () => {
    const una = await harness.signUp('una');
    const first = secretOf(await invite({ email: una.email, role: 'admin' }));
    const second = await invite({ email: una.email });
    expect((await accept(first, una.token)).status).toBe(410);
    const path = `${api}/invitations/${second.json.invitation.id}`;
    expect((await harness.ask('DELETE', path, { token: owner.token })).status).toBe(204);
    expect((await harness.ask('DELETE', path, { token: owner.token })).status).toBe(404);
    expect((await accept(secretOf(second), una.token)).status).toBe(410);
    const third = await invite({ email: una.email });
    await harness.database.run(`UPDATE invitations SET expires_at = now() WHERE id = '${third.json.invitation.id}'`);
    expect((await accept(secretOf(third), una.token)).status).toBe(410);
  });

  it('that several accept at the same moment counts once', async () => {
    const ben = await harness.signUp('ben');
    const secret = secretOf(await invite({ email: ben.email }));
    const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await accept(secret, ben.token)).status));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 410 || status === 409)).toHaveLength(4);
  });

  it('cannot be made with more than one’s own rank, nor its role changed by whoever accepts it', async () => {
    const ada = await join('ada-admin', 'admin');
    await becomes(201, async () => (await invite({ email: 'x@example.com', role: 'admin' }, ada.token)).status);
    expect((await invite({ email: 'x@example.com', role: 'owner' }, ada.token)).status).toBe(403);
    const tom = await join('tom');
    await becomes(403, async () => (await invite({ email: 'x@example.com' }, tom.token)).status);
    const eli = await harness.signUp('eli');
    const secret = secretOf(await invite({ email: eli.email }));
    expect((await post('/api/v1/invitations/accept', eli.token, { secret, role: 'owner' })).status).toBe(400);
  });

  it('for an unknown team is refused, and puts whoever accepts it into its teams', async () => {
    expect((await invite({ email: 'y@example.com', teams: ['moon'] })).status).toBe(400);
    await post(`${api}/teams`, owner.token, { name: 'Site Reliability', slug: 'sre' });
    const lou = await join('lou', 'member', ['sre']);
    expect((await get('/members')).json.items).toContainEqual(
      expect.objectContaining({ id: lou.userId, teams: ['sre'] }),
    );
  });
});

describe('a member', () => {
  const role = (person: Person, to: string, token = owner.token): Promise<Reply> =>
    harness.ask('PATCH', `${api}/members/${person.userId}`, { token, body: { role: to } });
  const remove = (person: Person, token = owner.token): Promise<Reply> =>
    harness.ask('DELETE', `${api}/members/${person.userId}`, { token });

  it('can do what their role allows within 5 s of its change', async () => {
    const ron = await join('ron');
    await becomes(200, async () => (await get('/members', ron.token)).status);
    const create = async () => (await post(`${api}/clusters`, ron.token, { name: '?' })).status;
    expect(await create()).toBe(403);
    expect((await role(ron, 'admin')).json).toMatchObject({ id: ron.userId, role: 'admin' });
    await becomes(400, create);
    await role(ron, 'member');
    await becomes(403, create);
  });

  it('who is removed loses the organization with every token within 5 s, and keeps the account', async () => {
    const ivy = await join('ivy', 'admin');
    const body = { email: ivy.email, password, token: { name: 't', expiresInSeconds: 600 } };
    const token = (await post('/api/v1/auth/sign-in', undefined, body)).json.token.secret;
    const made = await post(`${api}/tokens`, token, { name: 'in acme' });
    expect(made.status).toBe(201);
    const path = '/k8s/acme/prod/api';
    expect((await harness.ask('GET', path, { token: made.json.secret })).status).toBe(503);
    expect((await remove(ivy)).status).toBe(204);
    await becomes(404, async () => (await get('/members', token)).status);
    expect((await get('/members', made.json.secret)).status).toBe(401);
    expect((await harness.ask('GET', path, { token: made.json.secret })).status).toBe(401);
    expect((await harness.ask('GET', '/api/v1/organizations/ivy/clusters', { token })).status).toBe(200);
    expect((await remove(ivy)).status).toBe(404);
  });

  it('can leave', async () => {
    const may = await join('may');
    await becomes(204, async () => (await post(`${api}/leave`, may.token)).status);
    expect((await get('/members', may.token)).status).toBe(404);
  });

  it('who is an owner is changed by owners alone, and the last one stays', async () => {
    const ada = await join('second-admin', 'admin');
    await becomes(200, async () => (await get('/invitations', ada.token)).status);
    expect((await role(owner, 'member', ada.token)).status).toBe(403);
    expect((await remove(owner, ada.token)).status).toBe(403);
    expect((await role(ada, 'owner', ada.token)).status).toBe(403);
    expect((await role(owner, 'admin')).status).toBe(409);
    expect((await remove(owner)).status).toBe(409);
    expect((await post(`${api}/leave`, owner.token)).status).toBe(409);
    const heir = await join('heir');
    expect((await role(heir, 'owner')).status).toBe(200);
    const both = await Promise.all([role(owner, 'admin'), role(heir, 'admin')]);
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
    await harness.database.run(
      `UPDATE memberships SET role = 'owner' WHERE user_id = '${owner.userId}' AND organization_id = '${owner.organizationId}'`,
    );
  });

  it('of another organization is unknown here', async () => {
    const eve = await harness.signUp('stranger');
    expect((await role(eve, 'owner')).status).toBe(404);
    expect((await remove(eve)).status).toBe(404);
  });

  it('is a person: service accounts are not listed, changed or removed as members', async () => {
    const made = await post(`${api}/service-accounts`, owner.token, { name: 'ci' });
    const account = { ...owner, userId: made.json.id };
    expect((await role(account, 'owner')).status).toBe(404);
    expect((await remove(account)).status).toBe(404);
    expect((await get('/members')).json.items.map(({ id }: { id: string }) => id)).not.toContain(made.json.id);
  });
});

describe('a team', () => {
  const reach = async (token: string) => (await harness.ask('GET', '/k8s/acme/prod/api', { token })).status;

  it('gives its members what it was given, for as long as they are in it', async () => {
    const kim = await join('kim');
    expect((await post(`${api}/teams`, owner.token, { name: 'Payments & Co.' })).json).toMatchObject({
      slug: 'payments-co',
      name: 'Payments & Co.',
      members: [],
    });
    const team = `${api}/teams/payments-co`;
    const given = await post(`${api}/access`, owner.token, { team: 'payments-co', cluster: 'prod', level: 'viewer' });
    expect(given.json.subject).toMatchObject({ kind: 'team', name: 'payments-co' });
    await becomes(403, () => reach(kim.token));
    expect((await post(`${team}/members`, owner.token, { user: kim.email })).json.members).toEqual([
      { id: kim.userId, kind: 'user', name: kim.email },
    ]);
    await becomes(503, () => reach(kim.token));
    expect((await get('/clusters/prod/access?mine=true', kim.token)).json.items).toMatchObject([
      { account: { name: kim.email }, level: 'viewer', via: { kind: 'binding', team: 'payments-co' } },
    ]);
    expect((await get('/access', kim.token)).json.items).toMatchObject([{ subject: { name: 'payments-co' } }]);
    expect((await get('/access?team=payments-co')).json.items).toHaveLength(1);
    expect((await harness.ask('DELETE', `${team}/members/${kim.userId}`, { token: owner.token })).status).toBe(204);
    await becomes(403, () => reach(kim.token));
    expect((await harness.ask('DELETE', `${team}/members/${kim.userId}`, { token: owner.token })).status).toBe(404);
    await post(`${team}/members`, owner.token, { user: kim.email });
    await becomes(503, () => reach(kim.token));
    expect((await harness.ask('DELETE', team, { token: owner.token })).status).toBe(204);
    await becomes(403, () => reach(kim.token));
    expect((await get('/access')).json.items).toEqual([]);
  });

  it('has service accounts too, is renamed, and keeps its slug', async () => {
    await post(`${api}/teams`, owner.token, { name: 'Bots' });
    await post(`${api}/service-accounts`, owner.token, { name: 'robot' });
    const added = await post(`${api}/teams/bots/members`, owner.token, { serviceAccount: 'robot' });
    expect(added.json.members).toMatchObject([{ kind: 'service-account', name: 'robot' }]);
    const renamed = await harness.ask('PATCH', `${api}/teams/bots`, { token: owner.token, body: { name: 'Robots' } });
    expect(renamed.json).toMatchObject({ slug: 'bots', name: 'Robots' });
    expect((await post(`${api}/teams`, owner.token, { name: 'Bots' })).status).toBe(409);
  });

  it('takes nobody who is not a member', async () => {
    await harness.signUp('outsider');
    await post(`${api}/teams`, owner.token, { name: 'Closed' });
    for (const user of ['outsider@example.com', 'nobody@example.com'])
      expect((await post(`${api}/teams/closed/members`, owner.token, { user })).status).toBe(400);
    expect((await post(`${api}/teams/moon/members`, owner.token, { user: owner.email })).status).toBe(404);
    const tia = await join('tia');
    await becomes(200, async () => (await get('/teams', tia.token)).status);
    expect((await post(`${api}/teams`, tia.token, { name: 'Mine' })).status).toBe(403);
  });
});

describe('an organization', () => {
  it('can be one of several of a person, is renamed, and keeps its slug', async () => {
    const pia = await harness.signUp('pia');
    const made = await post('/api/v1/organizations', pia.token, { name: 'Second Home' });
    expect(made).toMatchObject({ status: 201, json: { slug: 'second-home', name: 'Second Home', breakGlass: false } });
    const path = '/api/v1/organizations/second-home';
    await becomes(200, async () => (await harness.ask('GET', path, { token: pia.token })).status);
    const body = { name: 'Zweites Zuhause', breakGlass: true };
    expect((await harness.ask('PATCH', path, { token: pia.token, body })).json).toMatchObject({
      slug: 'second-home',
      ...body,
    });
    expect((await harness.ask('GET', path, { token: owner.token })).status).toBe(404);
    const me = await harness.ask('GET', '/api/v1/auth/me', { token: pia.token });
    expect(me.json.organizations.map(({ slug }: { slug: string }) => slug)).toEqual(['pia', 'second-home']);
  });

  it('is deleted by an owner who repeats its slug; everything in it ends', async () => {
    const zoe = await harness.signUp('zoe');
    await harness.createCluster(zoe, 'prod');
    const path = '/api/v1/organizations/zoe';
    const remove = (confirm: string) => harness.ask('DELETE', `${path}?confirm=${confirm}`, { token: zoe.token });
    expect((await remove('zo')).status).toBe(409);
    expect((await harness.ask('DELETE', path, { token: zoe.token })).status).toBe(400);
    expect((await remove('zoe')).status).toBe(204);
    expect((await harness.ask('GET', path, { token: zoe.token })).status).toBe(401);
    expect((await harness.ask('GET', '/k8s/zoe/prod/api', { token: zoe.token })).status).toBe(401);
    const { rows } = await harness.database.run(
      `SELECT count(*)::int AS living FROM clusters WHERE organization_id = '${zoe.organizationId}' AND deleted_at IS NULL`,
    );
    expect(rows).toEqual([{ living: 0 }]);
    // The slug is free again.
    const body = {
      email: 'zoe2@example.com',
      password,
      organization: 'zoe',
      token: { name: 't', expiresInSeconds: 60 },
    };
    expect((await post('/api/v1/auth/sign-up', undefined, body)).json.organizations[0].slug).toBe('zoe');
  });

  it('is not deleted by an admin', async () => {
    const ada = await join('third-admin', 'admin');
    await becomes(403, async () => (await harness.ask('DELETE', `${api}?confirm=acme`, { token: ada.token })).status);
    await becomes(200, async () => (await harness.ask('GET', api, { token: ada.token })).status);
  });
});
