import { routes } from '@postern/contracts';
import { until } from '@postern/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayHarness, type Person, password, startGatewayHarness } from '../test/gateway-harness.ts';
import { actionOf, detailsOf } from './rest-operation.ts';

let harness: GatewayHarness;
let ada: Person;

beforeAll(async () => {
  harness = await startGatewayHarness();
  ada = await harness.signUp('ada');
});
afterAll(() => harness.stop());

const trail = '/api/v1/organizations/ada/audit';
const ask = (method: string, path: string, body?: unknown, token = ada.token) =>
  harness.ask(method, `/api/v1/organizations/ada${path}`, { token, body });

/** The newest entry with this action, once there is one. */
async function entry(action: string) {
  return until(async () => {
    const { json } = await harness.ask('GET', `${trail}?action=${action}&limit=1`, { token: ada.token });
    return json.items[0];
  });
}

describe('what is done through the REST API', () => {
  it('is recorded: who, with what, from where, what, and how it ended', async () => {
    await harness.createCluster(ada, 'prod');
    expect(await entry('cluster.create')).toMatchObject({
      actor: { id: ada.userId, name: 'ada@example.com', kind: 'person' },
      credential: { kind: 'cli' },
      source: 'api',
      address: expect.stringMatching(/127\.0\.0\.1|::1/),
      decision: 'allowed',
      status: 201,
      name: null,
      details: { name: 'prod', id: expect.any(String) },
    });
    await ask('PATCH', '/clusters/prod/audit', { mode: 'fail-closed' });
    expect(await entry('cluster-audit.update')).toMatchObject({
      cluster: { name: 'prod' },
      details: { mode: 'fail-closed' },
    });
    const { json } = await ask('GET', '/audit/settings');
    expect(json).toMatchObject({ retentionDays: 400, clusters: [{ name: 'prod', mode: 'fail-closed' }] });
    await ask('PATCH', '/audit/settings', { retentionDays: 30 });
    expect((await ask('GET', '/audit/settings')).json.retentionDays).toBe(30);
    expect((await ask('PATCH', '/audit/settings', { retentionDays: 6 })).status).toBe(400);
    expect(await entry('audit-settings.update')).toMatchObject({ decision: 'refused', status: 400 });
  });

  it('has sign-ins that succeeded and that failed, in every organization of the person', async () => {
    const signIn = (secret: string) =>
      harness.ask('POST', '/api/v1/auth/sign-in', { body: { email: ada.email, password: secret } });
    await signIn('not the password');
    expect(await entry('auth.sign-in')).toMatchObject({
      decision: 'refused',
      status: 401,
      actor: { id: null, name: ada.email, kind: 'nobody' },
    });
    await signIn(password);
    await until(async () => (await entry('auth.sign-in')).decision === 'allowed');
    expect(await entry('auth.sign-in')).toMatchObject({ actor: { id: ada.userId, kind: 'person' } });
    expect(await entry('auth.sign-up')).toMatchObject({ details: { organization: 'ada' } });
  });

  it('has refused reads and changes of members, and nothing that strangers send', async () => {
    const [grace, eve] = await Promise.all([harness.signUp('grace'), harness.signUp('eve')]);
    await harness.database.run(
      `INSERT INTO memberships (organization_id, user_id, role) VALUES ('${ada.organizationId}', '${grace.userId}', 'member')`,
    );
    const { json } = await harness.ask('POST', '/api/v1/auth/sign-in', {
      body: { email: grace.email, password, token: { name: 't', expiresInSeconds: 600 } },
    });
    const graces = json.token.secret;
    expect((await ask('GET', '/audit', undefined, graces)).status).toBe(403);
    expect(await entry('audit.list')).toMatchObject({ decision: 'refused', actor: { id: grace.userId }, status: 403 });
    expect((await ask('DELETE', '/clusters/prod', undefined, graces)).status).toBe(403);
    expect(await entry('cluster.delete')).toMatchObject({ decision: 'refused', cluster: { name: 'prod' } });
    const count = async () => (await ask('GET', '/audit?limit=200')).json.items.length;
    const before = await count();
    await ask('DELETE', '/clusters/prod', undefined, eve.token);
    await ask('DELETE', '/clusters/prod', undefined, 'postern_wrong');
    await ask('GET', '/clusters');
    expect(await count()).toBe(before);
    expect((await harness.ask('GET', `${trail}/export`, { token: eve.token })).status).toBe(404);
  });

  it('has the reading of the trail itself, once while it goes on', async () => {
    for (let turn = 0; turn < 5; turn += 1) await ask('GET', '/audit/verify');
    await entry('audit.verify');
    const { json } = await ask('GET', '/audit?action=audit.verify');
    expect(json.items).toHaveLength(1);
  });

  it('has agents that enrol', async () => {
    const { joining } = await harness.createCluster(ada, 'edge');
    await harness.enroll(joining.joinToken);
    expect(await entry('agent.enroll')).toMatchObject({
      actor: { kind: 'agent' },
      source: 'agent',
      cluster: { name: 'edge' },
      credential: { kind: 'join-token' },
    });
    await expect(harness.enroll(joining.joinToken)).rejects.toThrow('409');
    await until(async () => (await entry('agent.enroll')).decision === 'refused');
    expect((await entry('agent.enroll')).reason).toContain('used before');
  });

  it('has no secret of anybody', async () => {
    await ask('POST', '/tokens', { name: 'ci' });
    await entry('token.create');
    const { text } = await harness.ask('GET', `${trail}/export`, { token: ada.token });
    expect(text).not.toContain(password);
    expect(text).not.toMatch(/postern_[\w-]{16,}|eyJ[\w-]{8}/);
    for (const secret of ['not the password', ada.token.slice(-20)]) expect(text).not.toContain(secret);
  });
});

describe('the trail', () => {
  it('is listed page by page, newest first, or onwards from a position', async () => {
    const first = await ask('GET', '/audit?limit=3');
    const second = await ask('GET', `/audit?limit=3&cursor=${first.json.nextCursor}`);
    const seqs = [...first.json.items, ...second.json.items].map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => b - a));
    expect(new Set(seqs).size).toBe(6);
    const onwards = await ask('GET', '/audit?after=2&limit=2');
    expect(onwards.json.items.map(({ seq }: { seq: number }) => seq)).toEqual([3, 4]);
    expect((await ask('GET', '/audit?cursor=x')).status).toBe(400);
    expect((await ask('GET', '/audit/verify?cursor=x')).status).toBe(400);
  });

  it('is exported whole, as lines of JSON', async () => {
    const { text, headers } = await ask('GET', '/audit/export');
    expect(headers['content-type']).toBe('application/x-ndjson');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index + 1));
    const filtered = await ask('GET', '/audit/export?action=cluster.');
    expect(
      filtered.text
        .trimEnd()
        .split('\n')
        .every((line) => JSON.parse(line).action === 'cluster.create' || JSON.parse(line).action === 'cluster.delete'),
    ).toBe(true);
  });

  it('says which entry was changed behind its back', async () => {
    expect((await ask('GET', '/audit/verify')).json).toMatchObject({ broken: null, nextCursor: null, first: 1 });
    await harness.database.run(
      `UPDATE audit_events SET event = jsonb_set(event, '{decision}', '"allowed"') WHERE organization_id = '${ada.organizationId}' AND event ->> 'decision' = 'refused'`,
    );
    const { json } = await ask('GET', '/audit/verify');
    expect(json.broken).toMatchObject({ problem: 'it was changed' });
    expect(json.checked).toBe(json.broken.seq - 1);
  });
});

describe('the names of actions', () => {
  it('are made from those of the operations, and differ', () => {
    const actions = Object.entries(routes).map(([id, route]) => actionOf(id, route));
    expect(new Set(actions).size).toBe(actions.length);
    expect(actions).toEqual(
      expect.arrayContaining(['auth.sign-in', 'join-token.create', 'token.revoke', 'audit.export']),
    );
  });
});

describe('what is recorded of requests', () => {
  it('is what is listed, and of a URL only its origin', () => {
    expect(
      detailsOf(
        { since: '2026-11-23T00:00:00Z' },
        {
          name: 'x',
          password: 'p',
          newPassword: 'p',
          code: '123456',
          secret: 's',
          url: 'https://hooks.example.com/s3cret?key=s3cret',
          labels: { team: 'core' },
          publicKey: 'k',
          role: { nested: { deep: 1 } },
          __proto__: null,
        },
      ),
    ).toEqual({
      since: '2026-11-23T00:00:00Z',
      name: 'x',
      url: 'https://hooks.example.com',
      labels: { team: 'core' },
    });
  });
});
