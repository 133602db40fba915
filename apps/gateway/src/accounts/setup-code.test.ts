import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../database/database.ts';
import { Limits } from '../limits/limits.ts';
import { defaultLimits } from '../limits/settings.ts';
import { type GatewayHarness, password, type Reply, startGatewayHarness } from '../test/gateway-harness.ts';
import { SetupCode } from './setup-code.ts';

const code = '7K0M-Q21T-9FHB-C4WN';
const hash = createHash('sha256').update(code.replaceAll('-', '')).digest('hex');
const signUpPath = '/api/v1/auth/sign-up';

describe('a gateway that others can reach and that has no account yet', () => {
  let harness: GatewayHarness;
  beforeAll(async () => {
    harness = await startGatewayHarness({ POSTERN_SETUP_CODE_SHA256: hash });
  });
  afterAll(() => harness.stop());

  const signUp = (name: string, setupCode?: unknown): Promise<Reply> =>
    harness.ask('POST', signUpPath, {
      body: {
        email: `${name}@example.com`,
        password,
        organization: name,
        ...(setupCode !== undefined && { setupCode }),
      },
    });
  const isRequired = async () => (await harness.ask('GET', '/api/v1/meta')).json.setupCodeRequired;
  const users = async () => (await harness.database.run('SELECT 1 FROM users')).rowCount;

  it.each([
    ['no code', undefined],
    ['an empty code', ''],
    ['another code', '7K0M-Q21T-9FHB-C4WP'],
    ['half of the code', '7K0M-Q21T'],
    ['the hash of the code', hash.slice(0, 64)],
    ['a code that is far too long', 'A'.repeat(65)],
    ['a number', 7],
    ['an operator', { not: '' }],
    ['null', null],
  ])('refuses a sign-up with %s', async (_, wrong) => {
    const reply = await signUp('mallory', wrong);
    expect([400, 403]).toContain(reply.status);
    expect(reply.json.error.fields[0].path).toBe('setupCode');
    expect(reply.text).not.toContain(hash.slice(0, 16));
    expect(await users()).toBe(0);
    expect(await isRequired()).toBe(true);
  });

  it('creates only one first account when several requests have the code at once', async () => {
    const names = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'];
    const replies = await Promise.all(names.map((name) => signUp(name, code)));
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 403)).toHaveLength(5);
    expect((await harness.database.run('SELECT 1 FROM organizations')).rowCount).toBe(1);
    expect(await isRequired()).toBe(false);
    expect(harness.log.join('')).not.toContain(code);
  });

  it('requires no code afterwards, and each new account gets its own organization', async () => {
    const later = await signUp('grace');
    expect(later.status).toBe(201);
    expect(later.json.organizations).toMatchObject([{ slug: 'grace', role: 'owner' }]);
    // A code is ignored now, even a wrong one.
    expect((await signUp('eve', 'AAAA')).json.organizations).toMatchObject([{ slug: 'eve' }]);
  });
});

describe('a set-up code', () => {
  const nobody = { acrossOrganizations: { user: { findFirst: async () => null } } } as unknown as Database;
  const make = (database = nobody) =>
    new SetupCode(database, new Limits(defaultLimits, () => 0), { setupCodeHash: Buffer.from(hash, 'hex') });
  const address = '192.0.2.1';

  it.each([code, code.toLowerCase(), code.replaceAll('-', ''), ' 7kom q2it 9fhb c4wn '])(
    'is accepted as people type it: %j',
    async (typed) => expect(await make().guard({ code: typed, address }, async () => 'made')).toBe('made'),
  );

  it('limits guesses per address, with Retry-After', async () => {
    const guard = make();
    const guess = (from = address) => guard.guard({ code: 'AAAA-AAAA-AAAA-AAAA', address: from }, async () => 'made');
    for (let wrong = 0; wrong < 10; wrong += 1) await expect(guess()).rejects.toMatchObject({ code: 'forbidden' });
    await expect(guess()).rejects.toMatchObject({ code: 'rate-limited', headers: { 'retry-after': '30' } });
    // The owner signs up from another address.
    await expect(guess('192.0.2.2')).rejects.toMatchObject({ code: 'forbidden' });
    expect(await guard.guard({ code, address: '192.0.2.2' }, async () => 'made')).toBe('made');
  });

  it('can be used again if the sign-up fails', async () => {
    const guard = make();
    const fails = () => Promise.reject(new Error('database'));
    await expect(guard.guard({ code, address }, fails)).rejects.toThrow('database');
    expect(guard.isRequired).toBe(true);
    expect(await guard.guard({ code, address }, async () => 'made')).toBe('made');
    expect(guard.isRequired).toBe(false);
  });

  it('is required before the database has been queried, and if the query fails', async () => {
    const broken = {
      acrossOrganizations: { user: { findFirst: () => Promise.reject(new Error('down')) } },
    } as unknown as Database;
    const guard = make(broken);
    await expect(guard.resume()).rejects.toThrow('down');
    await expect(guard.guard({ code: undefined, address }, async () => 'made')).rejects.toThrow('no account yet');
  });

  it('is not required if there is an account at startup, or if none is configured', async () => {
    const somebody = { acrossOrganizations: { user: { findFirst: async () => ({ id: 'x' }) } } } as unknown as Database;
    const guard = make(somebody);
    await guard.resume();
    expect(await guard.guard({ code: undefined, address }, async () => 'made')).toBe('made');
    const none = new SetupCode(nobody, new Limits(defaultLimits, () => 0), { setupCodeHash: null });
    await none.resume();
    expect(none.isRequired).toBe(false);
    expect(await none.guard({ code: undefined, address }, async () => 'made')).toBe('made');
  });
});
