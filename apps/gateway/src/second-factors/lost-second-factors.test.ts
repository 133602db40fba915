import type { Role } from '@postern/contracts';
import { until } from '@postern/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuthenticatorApp } from '../test/authenticator-app.ts';
import { openBrowser, type TestBrowser } from '../test/browser.ts';
import { type GatewayHarness, type Person, password, startGatewayHarness } from '../test/gateway-harness.ts';
import { type MailServer, startMailServer } from '../test/mail-server.ts';

let harness: GatewayHarness;
let mail: MailServer;
let ada: Person;

beforeAll(async () => {
  mail = await startMailServer();
  harness = await startGatewayHarness({
    POSTERN_SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
    POSTERN_MAIL_FROM: 'postern@example.com',
    POSTERN_SIGN_INS_PER_EMAIL: '1000',
  });
  ada = await harness.signUp('ada');
});
afterAll(async () => {
  await harness.stop();
  await mail.stop();
});

let people = 0;

async function signIn({ email }: Pick<Person, 'email'>): Promise<TestBrowser> {
  const browser = openBrowser(harness);
  expect((await browser.post('/auth/sign-in', { email, password })).status).toBe(200);
  return browser;
}

/** A member of Ada's organization, and of one of their own unless they left it, who is signed in. */
async function member(role: Role, { hasOwn = false } = {}): Promise<Person & { browser: TestBrowser }> {
  people += 1;
  const person = await harness.signUp(`${role}-${people}`);
  if (!hasOwn) await harness.database.run(`DELETE FROM memberships WHERE user_id = '${person.userId}'`);
  await harness.database.run(
    `INSERT INTO memberships (organization_id, user_id, role) VALUES ('${ada.organizationId}', '${person.userId}', '${role}')`,
  );
  return { ...person, browser: await signIn(person) };
}

/** The same with an authenticator app and recovery codes. */
async function secured(role: Role, options?: { hasOwn: boolean }) {
  const person = await member(role, options);
  const app = new AuthenticatorApp((await person.browser.post('/account/totp')).json.secret);
  const confirmed = await person.browser.post('/account/totp/confirm', { code: app.code() });
  expect(confirmed.status).toBe(200);
  return person;
}

const remove = (by: TestBrowser, { userId }: Person) =>
  by.ask('DELETE', `/organizations/ada/members/${userId}/second-factor`);
const factorsOf = async ({ userId }: Person): Promise<number> => {
  const { rows } = await harness.database.run(
    `SELECT (SELECT count(*) FROM totp_factors WHERE user_id = '${userId}') + (SELECT count(*) FROM recovery_codes WHERE user_id = '${userId}') AS n`,
  );
  return Number(rows[0].n);
};

describe('the second factors of a member', () => {
  it('are removed by an owner: all of them, with all that the member is signed in with, and the member is told', async () => {
    const bob = await secured('member');
    const halfway = openBrowser(harness);
    const begun = await halfway.post('/auth/sign-in', { email: bob.email, password });
    expect(begun.json.secondFactor.methods).toEqual(['totp', 'recovery-code']);
    expect((await remove(await signIn(ada), bob)).status).toBe(204);
    expect(await factorsOf(bob)).toBe(0);
    expect((await bob.browser.get('/account')).status).toBe(401);
    expect((await harness.ask('GET', '/api/v1/auth/me', { token: bob.token })).status).toBe(401);
    expect((await halfway.post('/auth/second-factor', { code: '123456' })).status).toBe(401);
    const { subject, text } = await mail.messageTo(bob.email, 'removed every second factor');
    expect(subject).toBe('Your second factor was removed');
    expect(text).toContain('ada@example.com removed every second factor');
    expect((await (await signIn(bob)).get('/account')).json.secondFactor).toEqual({
      totp: false,
      passkeys: 0,
      recoveryCodes: 0,
    });
    const owner = await signIn(ada);
    expect((await remove(owner, bob)).json.error.code).toBe('conflict');
    const entries = await until(async () => {
      const { items } = (await owner.get('/organizations/ada/audit?action=second-factor.remove&limit=10')).json;
      return items.length > 1 ? items : undefined;
    });
    expect(entries).toMatchObject([
      { decision: 'refused', status: 409 },
      { decision: 'allowed', actor: { name: ada.email }, name: bob.userId },
    ]);
  });

  it.each<[Role, Role, number]>([
    ['owner', 'owner', 204],
    ['owner', 'admin', 204],
    ['admin', 'admin', 204],
    ['admin', 'member', 204],
    ['admin', 'owner', 403],
    ['auditor', 'member', 403],
    ['member', 'member', 403],
  ])('can be removed by an %s for an %s: %i', async (by, of, status) => {
    const person = await secured(of);
    expect((await remove((await member(by)).browser, person)).status).toBe(status);
    expect((await factorsOf(person)) > 0).toBe(status !== 204);
  });

  it('stay if the member is in another organization too, over which the remover has no power', async () => {
    const eve = await secured('member', { hasOwn: true });
    const before = await factorsOf(eve);
    expect(await remove(await signIn(ada), eve)).toMatchObject({ status: 403, json: { error: { code: 'forbidden' } } });
    expect(await factorsOf(eve)).toBe(before);
    expect((await eve.browser.get('/account')).status).toBe(200);
  });

  it('are not found for a stranger, and one’s own are removed elsewhere', async () => {
    const browser = await signIn(ada);
    expect((await remove(browser, await harness.signUp('stranger'))).status).toBe(404);
    expect((await remove(browser, ada)).json.error.code).toBe('conflict');
  });

  it('need a fresh proof of the remover', async () => {
    const bob = await secured('member');
    const browser = await signIn(ada);
    await harness.database.run(`UPDATE browser_sessions SET proved_at = now() - interval '301 seconds'`);
    expect((await remove(browser, bob)).json.error.code).toBe('step-up-required');
    expect(await factorsOf(bob)).toBeGreaterThan(0);
    expect((await browser.post('/account/step-up', { password })).status).toBe(204);
    expect((await remove(browser, bob)).status).toBe(204);
  });
});
