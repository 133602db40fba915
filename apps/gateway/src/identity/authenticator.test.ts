import { randomBytes, randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Database } from '../database/database.ts';
import { Limits } from '../limits/limits.ts';
import { defaultLimits } from '../limits/settings.ts';
import { fromABrowser } from '../test/browser-start.ts';
import { startTestDatabase, type TestDatabase } from '../test/test-database.ts';
import { ApiTokens } from '../tokens/api-tokens.ts';
import { Authenticator } from './authenticator.ts';
import { BrowserSessions } from './browser-sessions.ts';
import { Credentials } from './credentials.ts';
import { Keys } from './keys.ts';
import type { Principal } from './principal.ts';
import { SignedTokens } from './signed-tokens.ts';

let server: TestDatabase;
let database: Database;
let credentials: Credentials;
let signed: SignedTokens;
let sessions: BrowserSessions;
let tokens: ApiTokens;
let authenticator: Authenticator;
let user: { id: string; incarnation: number };
let organizationId: string;

beforeAll(async () => {
  server = await startTestDatabase();
  database = new Database({ url: server.appUrl, connections: 5 });
  const keys = new Keys(randomBytes(32));
  credentials = new Credentials(database, pino({ level: 'silent' }));
  signed = new SignedTokens(keys, 'https://localhost');
  sessions = new BrowserSessions({ database, keys, signed, credentials });
  tokens = new ApiTokens(database, credentials, new Limits(defaultLimits));
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

let turn = 0;
async function newPerson(): Promise<void> {
  turn += 1;
  const { scoped, acrossOrganizations } = database;
  user = await acrossOrganizations.user.create({ data: { email: `u${turn}@example.com`, passwordHash: '' } });
  organizationId = (await acrossOrganizations.organization.create({ data: { name: 'o', slug: `o-${turn}` } })).id;
  await scoped.membership.create({ data: { organizationId, userId: user.id, role: 'owner' } });
}
beforeEach(async () => {
  authenticator = new Authenticator(credentials, signed);
  await newPerson();
});

async function newToken(more: object = {}): Promise<{ authorization: string }> {
  const { secret } = await tokens.create({
    organizationId,
    userId: user.id,
    kind: 'api',
    name: 't',
    scopes: [],
    clusterId: null,
    expiresInSeconds: 600,
    by: null,
    ...more,
  });
  return { authorization: `Bearer ${secret}` };
}

async function principalOf(headers: Record<string, string>): Promise<Principal> {
  const principal = await authenticator.authenticate(headers);
  if (principal === null) throw new Error('not authenticated');
  return principal;
}

/** Waits until it holds while the clock of the caches stands still: lru-cache itself reads that clock a millisecond late. */
const settled = (assertion: () => Promise<void>): Promise<void> => vi.waitFor(assertion, 10_000);

const changes: [string, () => Promise<unknown>][] = [
  ['the user is disabled', () => server.run(`UPDATE users SET disabled_at = now() WHERE id = '${user.id}'`)],
  ["the user's incarnation increases", () => server.run(`UPDATE users SET incarnation = 2 WHERE id = '${user.id}'`)],
  ['the token is revoked', () => server.run(`UPDATE api_tokens SET revoked_at = now() WHERE user_id = '${user.id}'`)],
  ['the token expires', () => server.run(`UPDATE api_tokens SET expires_at = now() WHERE user_id = '${user.id}'`)],
  ['the membership is removed', () => server.run(`DELETE FROM memberships WHERE user_id = '${user.id}'`)],
];

describe('a change by another gateway or in the database', () => {
  /** Milliseconds; the caches read it. */
  let now: number;
  beforeEach(() => {
    now = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => vi.restoreAllMocks());

  it('ends open streams and cached principals within 5 s', async () => {
    const watched: { why: string; headers: Record<string, string>; principal: Principal }[] = [];
    for (const [why, change] of changes) {
      await newPerson();
      const headers = await newToken();
      const principal = await principalOf(headers);
      expect(await authenticator.stillValid(principal)).toBe(true);
      await change();
      watched.push({ why, headers, principal });
    }
    const began = now;
    // Open streams are checked every 4 s.
    now = began + 950;
    await settled(async () => {
      for (const { why, principal } of watched) expect(await authenticator.stillValid(principal), why).toBe(false);
    });
    now = began + 5_001;
    await settled(async () => {
      for (const { why, headers } of watched) expect(await authenticator.authenticate(headers), why).toBeNull();
    });
  });

  it('ends open streams when a role changes', async () => {
    const principal = await principalOf(await newToken());
    await server.run(`UPDATE memberships SET role = 'member' WHERE user_id = '${user.id}'`);
    now += 950;
    await settled(async () => expect(await authenticator.stillValid(principal)).toBe(false));
  });
});

describe('open streams', () => {
  it.each<[string, () => string]>([
    [
      'the address changes, under which clusters know the person',
      () => `UPDATE users SET email = 'new-${turn}@example.com' WHERE id = '${user.id}'`,
    ],
    [
      'the organization requires a second factor, and the person has none',
      () => `UPDATE organizations SET require_second_factor = true WHERE id = '${organizationId}'`,
    ],
  ])('end when %s', async (_, change) => {
    const principal = await principalOf(await newToken());
    await server.run(change());
    expect(await authenticator.stillValid(principal)).toBe(false);
  });
});

describe('an organization that requires a second factor', () => {
  const opened = async () => {
    const { memberships, withheld } = await principalOf(await newToken());
    return [memberships.length, withheld?.length];
  };

  it('opens to a person with an authenticator app that is confirmed, or with a passkey', async () => {
    await server.run(`UPDATE organizations SET require_second_factor = true WHERE id = '${organizationId}'`);
    expect(await opened()).toEqual([0, 1]);
    await server.run(`INSERT INTO totp_factors (user_id, sealed_key) VALUES ('${user.id}', '')`);
    expect(await opened()).toEqual([0, 1]);
    await server.run(`UPDATE totp_factors SET confirmed_at = now() WHERE user_id = '${user.id}'`);
    expect(await opened()).toEqual([1, 0]);
    await server.run(`DELETE FROM totp_factors WHERE user_id = '${user.id}'`);
    await server.run(
      `INSERT INTO passkeys (id, user_id, name, credential_id, public_key, counter) VALUES (gen_random_uuid(), '${user.id}', 'k', '${turn}', '', 0)`,
    );
    expect(await opened()).toEqual([1, 0]);
  });
});

describe('a token revoked by this gateway', () => {
  it('is refused at once', async () => {
    const headers = await newToken();
    const principal = await principalOf(headers);
    await tokens.revoke({ organizationId, userId: user.id, id: principal.credential.id });
    expect(await authenticator.stillValid(principal)).toBe(false);
    expect(await authenticator.authenticate(headers)).toBeNull();
  });
});

describe('a principal', () => {
  it('of a browser outlives its cookie, not its session', async () => {
    const { access, refresh } = await sessions.begin(user, fromABrowser);
    const principal = await principalOf({ cookie: `a=b; __Host-postern_access=${access.value}` });
    expect(principal).toMatchObject({ userId: user.id, credential: { kind: 'browser', clusterId: null } });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 601_000 });
    try {
      expect(await authenticator.authenticate({ cookie: `__Host-postern_access=${access.value}` })).toBeNull();
      expect(await authenticator.stillValid(principal)).toBe(true);
    } finally {
      vi.useRealTimers();
    }
    await sessions.end(refresh.value);
    expect(await authenticator.stillValid(principal)).toBe(false);
  });

  it('of an API token has the organization it was created in; of the command line, all', async () => {
    const other = await database.acrossOrganizations.organization.create({ data: { name: 'p', slug: `p-${turn}` } });
    await database.scoped.membership.create({ data: { organizationId: other.id, userId: user.id, role: 'member' } });
    const ids = (principal: Principal) =>
      principal.memberships.map((membership) => membership.organizationId).toSorted();
    expect(ids(await principalOf(await newToken()))).toEqual([organizationId]);
    expect(ids(await principalOf(await newToken({ kind: 'cli' })))).toEqual([organizationId, other.id].toSorted());
  });

  it('of a kubeconfig ends with its cluster', async () => {
    const { id: clusterId } = await database.scoped.cluster.create({ data: { organizationId, name: 'prod' } });
    const headers = await newToken({ kind: 'kubeconfig', clusterId });
    const principal = await principalOf(headers);
    expect(principal.credential).toMatchObject({ kind: 'kubeconfig', clusterId });
    await server.run(`UPDATE clusters SET deleted_at = now() WHERE id = '${clusterId}'`);
    expect(await credentials.find(principal.credential)).toBeNull();
  });

  it('is never mixed up with another under load', async () => {
    const people = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const person = await database.acrossOrganizations.user.create({
          data: { email: `m${turn}-${index}@x.co`, passwordHash: '' },
        });
        await database.scoped.membership.create({ data: { organizationId, userId: person.id, role: 'member' } });
        return { id: person.id, headers: await newToken({ userId: person.id }) };
      }),
    );
    const asked = Array.from({ length: 2_000 }, (_, index) => people[(index * 7) % 50]).filter(
      (person) => person !== undefined,
    );
    const answers = await Promise.all(asked.map(({ headers }) => authenticator.authenticate(headers)));
    expect(answers.filter((answer, index) => answer?.userId !== asked[index]?.id)).toEqual([]);
  });

  it('is looked up once for simultaneous requests', async () => {
    const headers = await newToken();
    const ofToken = vi.spyOn(credentials, 'ofToken');
    await Promise.all(Array.from({ length: 100 }, () => authenticator.authenticate(headers)));
    expect(ofToken).toHaveBeenCalledTimes(1);
    ofToken.mockRestore();
  });
});

it('does not cache a failed look-up', async () => {
  const headers = await newToken();
  const ofToken = vi.spyOn(credentials, 'ofToken').mockRejectedValueOnce(new Error('away'));
  await expect(authenticator.authenticate(headers)).rejects.toThrow('away');
  expect(await authenticator.authenticate(headers)).not.toBeNull();
  ofToken.mockRestore();
});

describe('a request is not authenticated', () => {
  const cookie = (value: string) => ({ cookie: `__Host-postern_access=${value}` });
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  it('without a credential, and nothing is looked up', async () => {
    const verify = vi.spyOn(signed, 'verify');
    for (const headers of [{}, { cookie: 'a=b' }, cookie('')])
      expect(await authenticator.authenticate(headers)).toBeNull();
    expect(verify).not.toHaveBeenCalled();
    verify.mockRestore();
  });

  it('by a cookie beside an invalid Authorization header, whatever token the cookie has', async () => {
    const principal = await principalOf(await newToken());
    const { token } = signed.sign('access', { sub: user.id, sid: principal.credential.id, cluster: null });
    expect(await authenticator.authenticate(bearer(token))).not.toBeNull();
    const { access } = await sessions.begin(user, fromABrowser);
    for (const value of [access.value, token])
      for (const authorization of ['Basic YTpi', 'Bearer x', 'Bearer postern_x'])
        expect(await authenticator.authenticate({ ...cookie(value), authorization })).toBeNull();
  });

  it('by a token of another kind with the prefix of kubeconfigs', async () => {
    const { authorization } = await newToken();
    expect(await authenticator.authenticate({ authorization })).not.toBeNull();
    const renamed = authorization.replace('postern_', 'postern_kube_');
    expect(await authenticator.authenticate({ authorization: renamed })).toBeNull();
  });

  it("by a signed token with another user's session", async () => {
    const { refresh } = await sessions.begin(user, fromABrowser);
    const [sid = ''] = refresh.value.split('.');
    const of = (sub: string) => cookie(signed.sign('browser', { sub, sid, cluster: null }).token);
    expect(await authenticator.authenticate(of(user.id))).not.toBeNull();
    expect(await authenticator.authenticate(of(randomUUID()))).toBeNull();
  });

  it('from the very moment its credential expires', async () => {
    const { access } = await sessions.begin(user, fromABrowser);
    const { credential } = await principalOf(cookie(access.value));
    vi.useFakeTimers({ toFake: ['Date'], now: credential.expiresAt.getTime() - 1 });
    try {
      expect(await authenticator.authenticate(cookie(access.value))).not.toBeNull();
      vi.setSystemTime(credential.expiresAt);
      expect(await authenticator.authenticate(cookie(access.value))).toBeNull();
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a principal with several memberships', () => {
  const membership = (slug: string, role: 'owner' | 'member') => ({ organizationId: `id of ${slug}`, slug, role });
  const principal: Principal = {
    userId: 'ada',
    username: 'ada@example.com',
    credential: { kind: 'cli', id: 'c', clusterId: null, expiresAt: new Date(8.64e15), scopes: null },
    memberships: [membership('a', 'owner'), membership('b', 'member')],
  };

  it.each<[string, boolean, Partial<Principal> | null]>([
    ['nothing has changed', true, {}],
    ['they are in another order', true, { memberships: principal.memberships.toReversed() }],
    ['there is one more', true, { memberships: [...principal.memberships, membership('c', 'owner')] }],
    ['one is gone', false, { memberships: principal.memberships.slice(1) }],
    ['all are gone', false, { memberships: [] }],
    ['one has another role', false, { memberships: [membership('a', 'member'), membership('b', 'member')] }],
    ['two have each other’s role', false, { memberships: [membership('a', 'member'), membership('b', 'owner')] }],
    ['one is of another organization', false, { memberships: [membership('c', 'owner'), membership('b', 'member')] }],
    ['the credential is another user’s', false, { userId: 'eve' }],
    ['the credential has ended', false, null],
  ])('if %s, is still valid: %s', async (_, expected, change) => {
    const find = vi.spyOn(credentials, 'find').mockResolvedValueOnce(change && { ...principal, ...change });
    expect(await authenticator.stillValid(principal)).toBe(expected);
    find.mockRestore();
  });
});
