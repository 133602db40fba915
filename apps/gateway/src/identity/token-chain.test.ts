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
import { maxTokenChain } from './token-chain.ts';

interface Person {
  userId: string;
  organizationId: string;
}
interface Made {
  id: string;
  organizationId: string;
  headers: { authorization: string };
  principal: Principal;
}

let server: TestDatabase;
let database: Database;
let credentials: Credentials;
let signed: SignedTokens;
let sessions: BrowserSessions;
let tokens: ApiTokens;
let authenticator: Authenticator;
let ada: Person;

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
beforeEach(async () => {
  authenticator = new Authenticator(credentials, signed);
  ada = await newPerson();
});
afterEach(() => vi.restoreAllMocks());

async function newPerson(): Promise<Person> {
  const { acrossOrganizations } = database;
  const { id: userId } = await acrossOrganizations.user.create({
    data: { email: `${randomUUID()}@example.com`, passwordHash: '' },
  });
  return { userId, organizationId: await newOrganization(userId) };
}

async function newOrganization(userId: string): Promise<string> {
  const { scoped, acrossOrganizations } = database;
  const { id } = await acrossOrganizations.organization.create({ data: { name: 'o', slug: `o-${randomUUID()}` } });
  await scoped.membership.create({ data: { organizationId: id, userId, role: 'owner' } });
  return id;
}

async function make(by: Principal['credential'] | null, more: Partial<Parameters<ApiTokens['create']>[0]> = {}) {
  const asked = {
    ...ada,
    kind: 'api' as const,
    name: 't',
    scopes: [],
    clusterId: null,
    expiresInSeconds: 600,
    by,
    ...more,
  };
  const { token, secret } = await tokens.create(asked);
  const headers = { authorization: `Bearer ${secret}` };
  const principal = await authenticator.authenticate(headers);
  if (principal === null) throw new Error('a new token does not work');
  return { id: token.id, organizationId: asked.organizationId, headers, principal } satisfies Made;
}

/** A token, one made with it, one made with that, and so on. */
async function makeChain(length: number): Promise<Made[]> {
  const chain: Made[] = [];
  for (let count = 0; count < length; count += 1) chain.push(await make(chain.at(-1)?.principal.credential ?? null));
  return chain;
}

/** Whether a token works at a gateway with empty caches, for new requests and for what is already open. */
async function works({ headers, principal }: Made): Promise<boolean> {
  const fresh = (await new Authenticator(credentials, signed).authenticate(headers)) !== null;
  const open = await new Authenticator(credentials, signed).stillValid(principal);
  expect(open, 'open streams end with the token').toBe(fresh);
  return fresh;
}

const worksHere = async ({ headers, principal }: Made): Promise<boolean> =>
  (await authenticator.authenticate(headers)) !== null && (await authenticator.stillValid(principal));

const revoke = ({ id, organizationId }: Made) => tokens.revoke({ id, organizationId, userId: ada.userId });

describe('a token that is revoked', () => {
  it.each([0, 1, 2, 3, 4])('at place %i of a chain also ends those after it, and none before', async (place) => {
    const chain = await makeChain(5);
    const aside = await make(chain[0]?.principal.credential ?? null);
    expect(await revoke(chain[place] as Made)).toBe(true);
    const expected = chain.map((_, index) => index < place);
    expect(await Promise.all(chain.map(works))).toEqual(expected);
    expect(await Promise.all(chain.map(worksHere))).toEqual(expected);
    expect(await works(aside)).toBe(place > 0);
    const listed = (await tokens.list(ada.organizationId, ada.userId)).map(({ id }) => id);
    expect(chain.map(({ id }) => listed.includes(id))).toEqual(expected);
  });

  it.each<[string, string]>([
    ['was revoked by another gateway', 'revoked_at = now()'],
    ['has expired', 'expires_at = now()'],
    ['is of an earlier incarnation of its user', 'user_incarnation = 0'],
  ])('also ends those made with it if only its own row says that it %s', async (_, change) => {
    for (const place of [0, 1, 2]) {
      const chain = await makeChain(4);
      await server.run(`UPDATE api_tokens SET ${change} WHERE id = '${chain[place]?.id}'`);
      expect(await Promise.all(chain.map(works))).toEqual(chain.map((_made, index) => index < place));
    }
  });

  it('ends one that is made with it at the same moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      const parent = await make(null);
      const child = tokens.create({
        ...ada,
        kind: 'api',
        name: 'late',
        scopes: [],
        clusterId: null,
        expiresInSeconds: 600,
        by: parent.principal.credential,
      });
      const [made] = await Promise.all([child, revoke(parent)]);
      const headers = { authorization: `Bearer ${made.secret}` };
      expect(await new Authenticator(credentials, signed).authenticate(headers)).toBeNull();
    }
  });

  it('ends one made with it in another organization', async () => {
    const other = await newOrganization(ada.userId);
    const signIn = await make(null, { kind: 'cli' });
    const there = await make(signIn.principal.credential, { organizationId: other });
    expect(await works(there)).toBe(true);
    await revoke(signIn);
    expect([await works(there), await worksHere(there)]).toEqual([false, false]);
  });

  it('ends kubeconfigs made with it, and exec plugin credentials made with those tokens', async () => {
    const { id: clusterId } = await database.scoped.cluster.create({
      data: { organizationId: ada.organizationId, name: 'prod' },
    });
    const parent = await make(null);
    const child = await make(parent.principal.credential);
    const kubeconfig = await make(parent.principal.credential, { kind: 'kubeconfig', clusterId });
    const { token } = signed.sign('access', { sub: ada.userId, sid: child.id, cluster: clusterId });
    const plugin = { authorization: `Bearer ${token}` };
    expect(await authenticator.authenticate(plugin)).not.toBeNull();
    await revoke(parent);
    expect(await works(kubeconfig)).toBe(false);
    expect(await authenticator.authenticate(plugin)).toBeNull();
  });

  it('does not end tokens of other users', async () => {
    const mine = await make(null);
    const bob = await newPerson();
    const theirs = await make(null, bob);
    // The database refuses a parent that belongs to another user.
    await expect(
      server.run(`UPDATE api_tokens SET parent_id = '${mine.id}' WHERE id = '${theirs.id}'`),
    ).rejects.toThrow(/api_tokens_parent_id_user_id_fkey/);
    expect(await tokens.revoke({ ...bob, id: mine.id })).toBe(false);
    expect(await tokens.revoke({ ...ada, organizationId: bob.organizationId, id: mine.id })).toBe(false);
    await revoke(mine);
    expect(await works(theirs)).toBe(true);
  });
});

it('a kubeconfig made in a browser outlives the sign-out there; an exec plugin credential does not', async () => {
  const { access, refresh } = await sessions.begin({ id: ada.userId, incarnation: 1 }, fromABrowser);
  const browser = await authenticator.authenticate({ cookie: `__Host-postern_access=${access.value}` });
  if (browser === null) throw new Error('not signed in');
  const made = await make(browser.credential, { kind: 'kubeconfig' });
  const claims = { sub: ada.userId, sid: browser.credential.id, cluster: randomUUID() };
  const plugin = { authorization: `Bearer ${signed.sign('access', claims).token}` };
  expect(await authenticator.authenticate(plugin)).not.toBeNull();
  await sessions.end(refresh.value);
  expect(await authenticator.stillValid(browser)).toBe(false);
  expect(await authenticator.authenticate(plugin)).toBeNull();
  expect([await works(made), await worksHere(made)]).toEqual([true, true]);
});

it('a chain has a maximum length', async () => {
  const chain = await makeChain(maxTokenChain);
  await expect(make(chain.at(-1)?.principal.credential ?? null)).rejects.toMatchObject({ code: 'forbidden' });
  expect(await Promise.all(chain.map(works))).not.toContain(false);
});

describe('the cache of a gateway', () => {
  beforeEach(() => {
    // Entries neither expire nor are renewed, however long the database takes.
    const now = performance.now();
    vi.spyOn(performance, 'now').mockReturnValue(now);
  });

  /** The number of look-ups in the database when these tokens are used again. */
  async function lookUpsOf(made: Made[]): Promise<number> {
    const ofToken = vi.spyOn(credentials, 'ofToken');
    for (const { headers } of made) await authenticator.authenticate(headers);
    const { length } = ofToken.mock.calls;
    ofToken.mockRestore();
    return length;
  }

  it.each<[string, (mine: Made) => Promise<unknown>]>([
    ['an unknown id is revoked', () => tokens.revoke({ ...ada, id: randomUUID() })],
    ['an unknown token signs out', () => tokens.revokeOwn(ada.userId, randomUUID())],
    ['another user’s token is revoked', ({ id }) => tokens.revoke({ ...ada, userId: randomUUID(), id })],
    ['an unknown browser session ends', () => sessions.endById(randomUUID())],
    ['a refresh secret is wrong', () => sessions.refresh('x')],
  ])('is kept when %s', async (_, act) => {
    const mine = await make(null);
    const theirs = await make(null, await newPerson());
    await act(mine);
    expect(await lookUpsOf([mine, theirs])).toBe(0);
  });

  it('loses the entries of a user whose credential is revoked, and keeps those of others', async () => {
    const mine = [await make(null), await make(null), await make(null)];
    const theirs = await Promise.all([1, 2, 3].map(async () => make(null, await newPerson())));
    await revoke(mine[0] as Made);
    expect(await lookUpsOf(theirs)).toBe(0);
    expect(await lookUpsOf(mine)).toBe(3);
    const { refresh } = await sessions.begin({ id: ada.userId, incarnation: 1 }, fromABrowser);
    await lookUpsOf(mine);
    await sessions.end(refresh.value);
    expect(await lookUpsOf(theirs)).toBe(0);
    expect(await lookUpsOf(mine.slice(1))).toBe(2);
  });

  it('ignores a result requested before a revocation and received after it', async () => {
    const mine = await make(null);
    const real = credentials.ofToken.bind(credentials);
    let answer: (() => void) | undefined;
    vi.spyOn(credentials, 'ofToken').mockImplementationOnce(async (secret) => {
      const principal = await real(secret);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return principal;
    });
    authenticator = new Authenticator(credentials, signed);
    const early = authenticator.authenticate(mine.headers);
    await vi.waitFor(() => expect(answer).toBeDefined(), 10_000);
    await revoke(mine);
    answer?.();
    await early;
    expect(await authenticator.authenticate(mine.headers)).toBeNull();
  });
});
