import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../core/log.ts';
import { Database } from '../database/database.ts';
import { makeTenant, type TenantRows } from '../test/tenant-rows.ts';
import { startTestDatabase, type TestDatabase } from '../test/test-database.ts';
import { makeSecret } from './bearer-secret.ts';
import { Credentials } from './credentials.ts';
import type { Credential } from './principal.ts';

const start = Date.UTC(2030, 0, 1);
const end = new Date(start + 86_400_000);

let server: TestDatabase;
let database: Database;
let tenant: TenantRows;
let log: string[];
let credentials: Credentials;
/** Updates of a token's last use. */
let noted: Promise<unknown>[];
let isAway: boolean;

beforeAll(async () => {
  server = await startTestDatabase();
  database = new Database({ url: server.appUrl, connections: 2 });
  tenant = await makeTenant(database, 'acme');
  const { organizationId, userId } = tenant;
  await database.scoped.membership.create({ data: { organizationId, userId, role: 'owner' } });
  const updateMany: typeof database.scoped.apiToken.updateMany = (asked) => {
    const update = isAway ? Promise.reject(new Error('away')) : database.scoped.apiToken.updateMany(asked);
    noted.push(update);
    return update as never;
  };
  const watched = {
    acrossOrganizations: database.acrossOrganizations,
    scoped: { apiToken: { updateMany } },
  } as unknown as Database;
  credentials = new Credentials(watched, createLogger('info', { write: (line) => void log.push(line) }));
});
afterAll(async () => {
  await database.close();
  await server.stop();
});
beforeEach(() => {
  log = [];
  noted = [];
  isAway = false;
  vi.useFakeTimers({ toFake: ['Date'], now: start });
});
afterEach(() => void vi.useRealTimers());

async function newToken(kind: 'api' | 'cli' | 'kubeconfig' = 'api') {
  const { hash, hint, text } = makeSecret();
  const { organizationId, userId } = tenant;
  const data = { organizationId, userId, userIncarnation: 1, kind, name: 't', secretHash: hash, hint, expiresAt: end };
  const { id } = await database.scoped.apiToken.create({ data });
  const secret = text('postern', id).slice(-43);
  const lastUse = async (): Promise<Date | null> =>
    (await database.scoped.apiToken.findUniqueOrThrow({ where: { id, organizationId } })).lastUsedAt;
  return { id, secret, lastUse };
}

const use = async (token: { id: string; secret: string }): Promise<void> => {
  expect(await credentials.ofToken(token)).toMatchObject({ userId: tenant.userId });
  await Promise.allSettled(noted);
};

describe('the last use of a token', () => {
  it('is noted once a minute, for this token only', async () => {
    const [token, other] = [await newToken(), await newToken()];
    await use(token);
    expect(await token.lastUse()).toEqual(new Date(start));
    vi.setSystemTime(start + 59_999);
    await use(token);
    expect(noted).toHaveLength(1);
    vi.setSystemTime(start + 60_000);
    await use(token);
    expect(noted).toHaveLength(2);
    expect(await token.lastUse()).toEqual(new Date(start + 60_000));
    expect(await other.lastUse()).toBeNull();
  });

  it('is not noted for a token or a secret that is not valid', async () => {
    const token = await newToken();
    expect(await credentials.ofToken({ ...token, secret: randomBytes(32).toString('base64url') })).toBeNull();
    vi.setSystemTime(end);
    expect(await credentials.ofToken(token)).toBeNull();
    expect(noted).toEqual([]);
  });

  it('is lost when the database fails, which is logged, and the token works', async () => {
    isAway = true;
    const token = await newToken();
    await use(token);
    expect(log.map((line) => JSON.parse(line))).toMatchObject([{ level: 'warn', error: { message: 'away' } }]);
    isAway = false;
    await use(token);
    expect(await token.lastUse()).toEqual(new Date(start));
  });
});

describe('a credential', () => {
  async function newSession(): Promise<string> {
    const data = { userId: tenant.userId, userIncarnation: 1, expiresAt: end };
    return (await database.acrossOrganizations.browserSession.create({ data })).id;
  }

  const found = async (kind: Credential['kind'], id: string): Promise<boolean> => {
    const credential = { kind, id, clusterId: null, expiresAt: end };
    const principal = await credentials.find(credential);
    if (principal !== null) expect(principal).toMatchObject({ userId: tenant.userId, credential });
    return principal !== null;
  };

  it.each<[Credential['kind'], boolean, boolean]>([
    ['api', true, false],
    ['cli', true, false],
    ['kubeconfig', true, false],
    ['browser', false, true],
    ['access', true, true],
  ])('of kind %s with the id of a token is valid: %s; of a browser session: %s', async (kind, ofToken, ofSession) => {
    const { id } = await newToken(kind === 'cli' || kind === 'kubeconfig' ? kind : 'api');
    const sessionId = await newSession();
    expect(await found(kind, id)).toBe(ofToken);
    expect(await found(kind, sessionId)).toBe(ofSession);
    expect(await found(kind, randomUUID())).toBe(false);
    vi.setSystemTime(end.getTime() - 1);
    expect([await found(kind, id), await found(kind, sessionId)]).toEqual([ofToken, ofSession]);
    vi.setSystemTime(end);
    expect([await found(kind, id), await found(kind, sessionId)]).toEqual([false, false]);
  });
});
