import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { Database } from '../database/database.ts';
import type { BrowserSessionModel } from '../generated/prisma/models.ts';
import { fromABrowser } from '../test/browser-start.ts';
import { withOtherLastCharacter } from '../test/last-character.ts';
import { startTestDatabase, type TestDatabase } from '../test/test-database.ts';
import { BrowserSessions, type SignIn } from './browser-sessions.ts';
import { Credentials } from './credentials.ts';
import { Keys } from './keys.ts';
import { SignedTokens } from './signed-tokens.ts';

const day = 86_400_000;
const start = Date.UTC(2030, 0, 1);

let server: TestDatabase;
let database: Database;
let signed: SignedTokens;
let sessions: BrowserSessions;
let user: { id: string; incarnation: number };
/** Whose credentials were revoked. */
let revoked: string[];

beforeAll(async () => {
  server = await startTestDatabase();
  database = new Database({ url: server.appUrl, connections: 2 });
  const keys = new Keys(randomBytes(32));
  const credentials = new Credentials(database, pino({ level: 'silent' }));
  credentials.onRevoked((userId) => revoked.push(userId));
  signed = new SignedTokens(keys, 'https://localhost');
  sessions = new BrowserSessions({ database, keys, signed, credentials });
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

let people = 0;
beforeEach(async () => {
  people += 1;
  user = await database.acrossOrganizations.user.create({
    data: { email: `u${people}@example.com`, passwordHash: '' },
  });
  revoked = [];
  vi.useFakeTimers({ toFake: ['Date'], now: start });
});
afterEach(() => void vi.useRealTimers());

const idOf = ({ refresh }: SignIn): string => refresh.value.split('.')[0] ?? '';

const rowOf = (signIn: SignIn): Promise<BrowserSessionModel> =>
  database.acrossOrganizations.browserSession.findUniqueOrThrow({ where: { id: idOf(signIn) } });

async function refreshed(signIn: SignIn): Promise<SignIn> {
  const next = await sessions.refresh(signIn.refresh.value);
  if (next === null) throw new Error('the session has ended');
  return next;
}

it('gives a browser an access cookie for ten minutes and a refresh secret for two weeks', async () => {
  const signIn = await sessions.begin(user, fromABrowser);
  expect([signIn.access.seconds, signIn.refresh.seconds]).toEqual([600, 14 * 86_400]);
  const id = idOf(signIn);
  expect(await signed.verify('browser', signIn.access.value)).toMatchObject({ sub: user.id, sid: id, cluster: null });
  expect(await rowOf(signIn)).toMatchObject({
    userId: user.id,
    userIncarnation: 1,
    generation: 0,
    expiresAt: new Date(start + 14 * day),
    revokedAt: null,
  });
});

it('changes the refresh secret at each use, and extends the session', async () => {
  const other = await sessions.begin(user, fromABrowser);
  const first = await sessions.begin(user, fromABrowser);
  let signIn = first;
  for (let generation = 1; generation <= 11; generation += 1) {
    vi.setSystemTime(start + generation * day);
    const next = await sessions.refresh(signIn.refresh.value);
    expect(next).toEqual({ access: expect.anything(), refresh: expect.anything(), userId: user.id, providerOf: null });
    signIn = next as SignIn;
    expect(signIn.refresh.value).toMatch(new RegExp(`^${idOf(first)}\\.${generation}\\.`));
    expect(await rowOf(first)).toMatchObject({
      generation,
      rotatedAt: new Date(start + generation * day),
      expiresAt: new Date(start + (14 + generation) * day),
    });
  }
  expect(await rowOf(other)).toMatchObject({ generation: 0, revokedAt: null });
});

it('takes the previous secret for a race for less than 10 s, and for a theft after that', async () => {
  const first = await sessions.begin(user, fromABrowser);
  const second = await refreshed(first);
  vi.setSystemTime(start + 9_999);
  expect((await refreshed(first)).refresh).toEqual(second.refresh);
  expect(revoked).toEqual([]);
  vi.setSystemTime(start + 10_000);
  expect(await sessions.refresh(first.refresh.value)).toBeNull();
  expect(revoked).toEqual([user.id]);
  expect(await rowOf(first)).toMatchObject({ generation: 1, revokedAt: new Date(start + 10_000) });
  expect(await sessions.refresh(second.refresh.value)).toBeNull();
});

it('takes an older secret for a theft at once', async () => {
  const first = await sessions.begin(user, fromABrowser);
  const third = await refreshed(await refreshed(first));
  expect(await sessions.refresh(first.refresh.value)).toBeNull();
  expect(await sessions.refresh(third.refresh.value)).toBeNull();
  expect(revoked).toEqual([user.id]);
});

it('ends a session that is not used for two weeks', async () => {
  const signIn = await sessions.begin(user, fromABrowser);
  vi.setSystemTime(start + 14 * day);
  expect(await sessions.refresh(signIn.refresh.value)).toBeNull();
  vi.setSystemTime(start + 14 * day - 1);
  expect(await sessions.refresh(signIn.refresh.value)).not.toBeNull();
});

it.each<[string, () => Promise<unknown>]>([
  [
    'is disabled',
    () => database.acrossOrganizations.user.update({ where: { id: user.id }, data: { disabledAt: new Date() } }),
  ],
  [
    'ended all sessions',
    () => database.acrossOrganizations.user.update({ where: { id: user.id }, data: { incarnation: 2 } }),
  ],
])('refreshes no session of a user who %s', async (_, change) => {
  const signIn = await sessions.begin(user, fromABrowser);
  await change();
  expect(await sessions.refresh(signIn.refresh.value)).toBeNull();
});

it.each<[string, (signIn: SignIn) => Promise<void>]>([
  ['its refresh secret', ({ refresh }) => sessions.end(refresh.value)],
  ['its id', (signIn) => sessions.endById(idOf(signIn))],
])('ends a session by %s, once, and no other', async (_, end) => {
  const signIn = await sessions.begin(user, fromABrowser);
  const other = await sessions.begin(user, fromABrowser);
  await end(signIn);
  expect(await rowOf(signIn)).toMatchObject({ revokedAt: new Date(start) });
  vi.setSystemTime(start + 1);
  await end(signIn);
  expect(await rowOf(signIn)).toMatchObject({ revokedAt: new Date(start) });
  expect(revoked).toEqual([user.id]);
  expect(await sessions.refresh(signIn.refresh.value)).toBeNull();
  expect(await sessions.refresh(other.refresh.value)).not.toBeNull();
});

it('refuses refresh secrets that are not ours, and keeps the session', async () => {
  const signIn = await sessions.begin(user, fromABrowser);
  const { value } = signIn.refresh;
  const [id = '', , mac = ''] = value.split('.');
  const [, , otherMac = ''] = (await sessions.begin(user, fromABrowser)).refresh.value.split('.');
  for (const wrong of [
    null,
    '',
    `x${value}`,
    `${value}x`,
    `${id}.0.${otherMac}`,
    `${id}.1.${mac}`,
    `${id}.00.${mac}`,
    ...withOtherLastCharacter(value),
  ]) {
    expect(await sessions.refresh(wrong), String(wrong)).toBeNull();
    await sessions.end(wrong);
  }
  expect(revoked).toEqual([]);
  expect(await sessions.refresh(value)).not.toBeNull();
});
