import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { createLogger } from '../core/log.ts';
import { Database } from '../database/database.ts';
import { makeTenant, type TenantRows } from '../test/tenant-rows.ts';
import { startTestDatabase, type TestDatabase } from '../test/test-database.ts';
import { makeSecret } from './bearer-secret.ts';
import { JoinClaims } from './join-claims.ts';

const end = new Date(Date.UTC(2030, 0, 1));

let server: TestDatabase;
let database: Database;
let tenant: TenantRows;
let log: string[];
let claims: JoinClaims;

beforeAll(async () => {
  server = await startTestDatabase();
  database = new Database({ url: server.appUrl, connections: 2 });
  tenant = await makeTenant(database, 'acme');
  log = [];
  claims = new JoinClaims(database, createLogger('info', { write: (line) => void log.push(line) }));
});
afterAll(async () => {
  await database.close();
  await server.stop();
});
afterEach(() => {
  vi.useRealTimers();
  log.length = 0;
});

/** A join token that expires at `end`. */
async function newJoinToken(more: { clusterId?: string; usedAt?: Date; revokedAt?: Date } = {}) {
  const { hash, text } = makeSecret();
  const { organizationId, clusterId } = tenant;
  const data = { organizationId, clusterId, secretHash: hash, expiresAt: end, ...more };
  const { id } = await database.scoped.joinToken.create({ data });
  vi.useFakeTimers({ toFake: ['Date'], now: end.getTime() - 1 });
  return { id, secret: text('postern_join', id) };
}

it('takes a join token until it expires', async () => {
  const { organizationId, clusterId } = tenant;
  const { id, secret } = await newJoinToken();
  expect(await claims.check(secret)).toEqual({ tokenId: id, secret, organizationId, clusterId });
  vi.setSystemTime(end);
  expect(await claims.check(secret)).toBe('expired');
});

it('says that a token was replaced or used, and logs a second use', async () => {
  const replaced = await newJoinToken({ revokedAt: new Date() });
  expect(await claims.check(replaced.secret)).toBe('expired');
  expect(log).toEqual([]);
  const used = await newJoinToken({ usedAt: new Date() });
  expect(await claims.check(used.secret)).toBe('used');
  const { organizationId, clusterId } = tenant;
  expect(log.map((line) => JSON.parse(line))).toEqual([
    { level: 'warn', time: expect.any(String), tokenId: used.id, organizationId, clusterId, msg: expect.any(String) },
  ]);
});

it('does not know any other token', async () => {
  const { id } = await newJoinToken();
  const { id: clusterId } = await database.scoped.cluster.create({
    data: { organizationId: tenant.organizationId, name: 'deleted', deletedAt: new Date() },
  });
  const ofDeletedCluster = await newJoinToken({ clusterId });
  const wrong = [
    null,
    undefined,
    '',
    'postern_join_x',
    makeSecret().text('postern_join', randomUUID()),
    makeSecret().text('postern_join', id),
    makeSecret().text('postern', id),
    ofDeletedCluster.secret,
  ];
  for (const bearer of wrong) expect(await claims.check(bearer), String(bearer)).toBe('unknown');
  expect(log).toEqual([]);
});
