import { until } from '@postern/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBrowser } from '../test/browser.ts';
import {
  type GatewayHarness,
  type Person,
  password,
  type Reply,
  startGatewayHarness,
} from '../test/gateway-harness.ts';
import { type MailServer, startMailServer } from '../test/mail-server.ts';

const api = '/api/v1/organizations/acme';
const words = 'Open this link to join';
let harness: GatewayHarness;
let owner: Person;

const post = (path: string, body?: object, token = owner.token): Promise<Reply> =>
  harness.ask('POST', path, { token, ...(body === undefined ? {} : { body }) });
const invite = (email: string, more: object = {}): Promise<Reply> => post(`${api}/invitations`, { email, ...more });
const secretIn = (link: string): string => new URL(link).hash.slice(1);
const read = async (secret: string): Promise<Reply> =>
  harness.ask('POST', '/api/v1/invitations/read', { body: { secret } });
const accept = (secret: string, { token }: Person): Promise<Reply> =>
  post('/api/v1/invitations/accept', { secret }, token);
const signUp = (secret: string, more: object = {}): Promise<Reply> =>
  openBrowser(harness).post('/invitations/sign-up', { secret, password, ...more });
/** The newest entry with this action in an organization's trail, once there is one. */
const entry = ({ slug, token }: Person, action: string) =>
  until(async () => {
    const path = `/api/v1/organizations/${slug}/audit?limit=1&action=${action}`;
    return (await harness.ask('GET', path, { token })).json.items[0];
  });
const accountOf = async (email: string) =>
  (await harness.database.run(`SELECT email_verified_at FROM users WHERE email = '${email}'`)).rows[0];

describe('where no e-mail is sent, whoever is invited', () => {
  beforeAll(async () => {
    harness = await startGatewayHarness({ POSTERN_SIGN_UPS_PER_ADDRESS: '1000' });
    owner = await harness.signUp('acme');
  });
  afterAll(() => harness.stop());

  it('makes an account with the link, which is a member of that organization alone, and not verified', async () => {
    await post(`${api}/teams`, { name: 'Site Reliability', slug: 'sre' });
    const invited = await invite('new@example.com', { role: 'auditor', teams: ['sre'] });
    expect(invited.json.mailed).toBeNull();
    const secret = secretIn(invited.json.link);
    expect((await read(secret)).json).toMatchObject({ hasAccount: false, provesAddress: false, sendsEmail: false });
    const browser = openBrowser(harness);
    const made = await browser.post('/invitations/sign-up', { secret, password, name: 'New Person' });
    expect(made).toMatchObject({
      status: 201,
      json: { user: { email: 'new@example.com' }, organizations: [{ slug: 'acme', role: 'auditor' }] },
    });
    expect((await browser.get('/auth/me')).json.organizations).toHaveLength(1);
    expect((await browser.get('/organizations/acme/members')).json.items).toContainEqual(
      expect.objectContaining({ email: 'new@example.com', role: 'auditor', teams: ['sre'] }),
    );
    expect((await browser.get('/account')).json).toMatchObject({ name: 'New Person', emailVerifiedAt: null });
    expect((await signUp(secret)).status).toBe(410);
    expect((await openBrowser(harness).post('/auth/sign-in', { email: 'new@example.com', password })).status).toBe(200);
  });

  it('gets a token instead of cookies if they ask for one', async () => {
    const secret = secretIn((await invite('token@example.com')).json.link);
    const made = await signUp(secret, { token: { name: 'cli', expiresInSeconds: 600 } });
    expect(made.json.token.secret).toMatch(/^postern_/);
    expect(made.headers['set-cookie']).toBeUndefined();
  });

  it('cannot choose address, role or organization', async () => {
    const secret = secretIn((await invite('fixed@example.com')).json.link);
    for (const more of [{ email: 'x@example.com' }, { role: 'owner' }, { organization: 'Mine' }, { password: 'short' }])
      expect((await signUp(secret, more)).status).toBe(400);
    expect((await signUp(secret)).status).toBe(201);
  });

  it('makes none with a link that was revoked or has expired, nor with a wrong one', async () => {
    const invited = await invite('gone@example.com');
    const secret = secretIn(invited.json.link);
    expect((await signUp(`${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`)).status).toBe(410);
    await harness.database.run(`UPDATE invitations SET expires_at = now() WHERE id = '${invited.json.invitation.id}'`);
    expect((await signUp(secret)).status).toBe(410);
    const second = await invite('gone@example.com');
    const path = `${api}/invitations/${second.json.invitation.id}`;
    expect((await harness.ask('DELETE', path, { token: owner.token })).status).toBe(204);
    expect((await signUp(secretIn(second.json.link))).status).toBe(410);
    expect(await accountOf('gone@example.com')).toBeUndefined();
  });

  it('who has an account is told to sign in, and the invitation stays open', async () => {
    const known = await harness.signUp('known');
    const secret = secretIn((await invite(known.email)).json.link);
    expect((await signUp(secret)).status).toBe(409);
    expect((await accept(secret, known)).status).toBe(200);
  });

  it('makes one account if the link is used several times at the same moment', async () => {
    const secret = secretIn((await invite('busy@example.com')).json.link);
    const statuses = await Promise.all(Array.from({ length: 4 }, async () => (await signUp(secret)).status));
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 410 || status === 409)).toHaveLength(3);
  });

  it('makes none if the invitation is revoked at that very moment', async () => {
    const { link, invitation } = (await invite('late@example.com')).json;
    // Revoked, but not committed until the sign-up waits for it, having found the invitation open.
    const revoking = harness.database.run(`DO $$ BEGIN
      UPDATE invitations SET revoked_at = now() WHERE id = '${invitation.id}';
      FOR turn IN 1..3000 LOOP
        EXIT WHEN EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid);
        PERFORM pg_sleep(0.01);
      END LOOP;
    END $$`);
    await until(async () => {
      const { rows } = await harness.database.run(
        `SELECT 1 FROM pg_locks WHERE relation = 'invitations'::regclass AND mode = 'RowExclusiveLock' AND granted`,
      );
      return rows.length > 0;
    });
    expect((await signUp(secretIn(link))).status).toBe(410);
    await revoking;
    expect(await accountOf('late@example.com')).toBeUndefined();
  });

  it('leaves an entry in the trail of that organization, and in no other', async () => {
    const tia = await harness.signUp('tia');
    const secret = secretIn((await invite(tia.email)).json.link);
    const eve = await harness.signUp('eve');
    await accept(secret, eve);
    expect(await entry(owner, 'invitation.accept')).toMatchObject({
      decision: 'refused',
      status: 403,
      actor: { id: eve.userId },
    });
    await accept(secret, tia);
    await until(async () => (await entry(owner, 'invitation.accept')).decision === 'allowed');
    expect(await entry(owner, 'invitation.accept')).toMatchObject({ actor: { id: tia.userId, name: tia.email } });
    await signUp(secretIn((await invite('tom@example.com')).json.link));
    await until(async () => (await entry(owner, 'auth.sign-up-invited')).actor.name === 'tom@example.com');
    for (const person of [tia, eve]) {
      // What comes later is there, so what came before would be.
      await harness.createCluster(person, 'marker');
      await entry(person, 'cluster.create');
      const path = `/api/v1/organizations/${person.slug}/audit?action=invitation.accept`;
      expect((await harness.ask('GET', path, { token: person.token })).json.items).toEqual([]);
    }
  });

  it('gets a new link in place of the old one, for the teams that are left', async () => {
    await post(`${api}/teams`, { name: 'Gone', slug: 'gone' });
    const first = await invite('again@example.com', { role: 'admin', teams: ['sre', 'gone'] });
    await harness.ask('DELETE', `${api}/teams/gone`, { token: owner.token });
    const again = await post(`${api}/invitations/${first.json.invitation.id}/resend`);
    expect(again).toMatchObject({
      status: 201,
      json: { invitation: { email: 'again@example.com', role: 'admin', teams: ['sre'] }, mailed: null },
    });
    expect((await read(secretIn(first.json.link))).status).toBe(410);
    expect((await post(`${api}/invitations/${first.json.invitation.id}/resend`)).status).toBe(404);
    expect((await signUp(secretIn(again.json.link))).status).toBe(201);
  });
});

describe('where e-mail is sent, an invitation', () => {
  let mail: MailServer;
  beforeAll(async () => {
    mail = await startMailServer();
    harness = await startGatewayHarness({
      POSTERN_SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
      POSTERN_MAIL_FROM: 'postern@example.com',
      POSTERN_SIGN_UPS_PER_ADDRESS: '1000',
    });
    owner = await harness.signUp('acme');
  });
  afterAll(async () => {
    await harness.stop();
    await mail.stop();
  });
  beforeEach(() => {
    mail.messages.length = 0;
  });

  /** The secrets of both links of a new invitation: the one that is shown, and the one that is sent. */
  async function secretsFor(email: string, more: object = {}) {
    const invited = await invite(email, more);
    expect(invited).toMatchObject({ status: 201, json: { mailed: true } });
    const message = await mail.messageTo(email, words);
    const [link = ''] = /https:\/\/\S+/.exec(message.text) ?? [];
    return { shown: secretIn(invited.json.link), sent: secretIn(link), message, id: invited.json.invitation.id };
  }

  it('is sent with a link of its own, which proves the address', async () => {
    const { shown, sent, message } = await secretsFor('sam@example.com');
    expect(message.subject).toBe('Your invitation to Postern');
    expect(message.text).toContain('acme@example.com invites you to the organization “acme” on Postern, as member.');
    expect(sent).not.toBe(shown);
    expect((await read(shown)).json).toMatchObject({ provesAddress: false, sendsEmail: true });
    expect((await read(sent)).json).toMatchObject({ provesAddress: true, sendsEmail: true });
    // Whoever invites sees the first link; with it they could make an account with somebody else's address.
    expect(await signUp(shown)).toMatchObject({ status: 403, json: { error: { code: 'forbidden' } } });
    expect(await accountOf('sam@example.com')).toBeUndefined();
    expect((await signUp(sent)).status).toBe(201);
    expect((await accountOf('sam@example.com'))?.['email_verified_at']).not.toBeNull();
    for (const secret of [shown, sent]) expect((await read(secret)).status).toBe(410);
  });

  it('is accepted by an account that has not proved the address only with the link that was sent', async () => {
    const una = await harness.signUp('una');
    const { shown, sent } = await secretsFor(una.email);
    const refused = await accept(shown, una);
    expect(refused).toMatchObject({ status: 403, json: { error: { code: 'forbidden' } } });
    expect(refused.json.error.message).toContain('not verified');
    expect((await accountOf(una.email))?.['email_verified_at']).toBeNull();
    expect((await accept(sent, una)).status).toBe(200);
    expect((await accountOf(una.email))?.['email_verified_at']).not.toBeNull();
  });

  it('is accepted by a verified account with either link', async () => {
    const vic = await harness.signUp('vic');
    await harness.database.run(`UPDATE users SET email_verified_at = now() WHERE id = '${vic.userId}'`);
    const { shown } = await secretsFor(vic.email);
    expect((await accept(shown, vic)).status).toBe(200);
  });

  it('does not prove the address of another account', async () => {
    const { sent } = await secretsFor('target@example.com');
    const eve = await harness.signUp('eve');
    expect((await accept(sent, eve)).status).toBe(403);
    expect((await accountOf(eve.email))?.['email_verified_at']).toBeNull();
    expect((await signUp(sent)).status).toBe(201);
  });

  it('is sent again with a new link, and only so often', async () => {
    const { sent, id } = await secretsFor('rita@example.com');
    mail.messages.length = 0;
    let again = await post(`${api}/invitations/${id}/resend`);
    expect(again).toMatchObject({ status: 201, json: { mailed: true } });
    await mail.messageTo('rita@example.com', words);
    expect((await read(sent)).status).toBe(410);
    for (let sends = 2; sends < 5; sends++) again = await post(`${api}/invitations/${again.json.invitation.id}/resend`);
    expect(again.status).toBe(201);
    const last = await post(`${api}/invitations/${again.json.invitation.id}/resend`);
    expect(last.status).toBe(429);
    expect((await read(secretIn(again.json.link))).status).toBe(200);
  });

  it('of an owner is sent again by owners only', async () => {
    const ada = await harness.signUp('ada');
    const { sent } = await secretsFor(ada.email, { role: 'admin' });
    await accept(sent, ada);
    const { id } = await secretsFor('heir@example.com', { role: 'owner' });
    expect((await post(`${api}/invitations/${id}/resend`, undefined, ada.token)).status).toBe(403);
  });

  it('that cannot be sent is made all the same, and says so', async () => {
    const other = await startGatewayHarness({
      POSTERN_SMTP_URL: 'smtp://127.0.0.1:1',
      POSTERN_MAIL_FROM: 'postern@example.com',
    });
    try {
      const { token } = await other.signUp('acme');
      const invited = await other.ask('POST', `${api}/invitations`, { token, body: { email: 'far@example.com' } });
      expect(invited).toMatchObject({ status: 201, json: { mailed: false } });
    } finally {
      await other.stop();
    }
  });

  it('is in no log', async () => {
    const { shown, sent } = await secretsFor('log@example.com');
    await signUp(sent);
    expect(harness.log.filter((line) => line.includes(sent) || line.includes(shown))).toEqual([]);
    expect(JSON.stringify(await entry(owner, 'auth.sign-up-invited'))).not.toContain(sent);
  });
});
