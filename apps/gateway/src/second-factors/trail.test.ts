import { until } from '@postern/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AuthenticatorApp } from '../test/authenticator-app.ts';
import { openBrowser, type TestBrowser } from '../test/browser.ts';
import { type GatewayHarness, password, startGatewayHarness } from '../test/gateway-harness.ts';
import { SoftwareAuthenticator } from '../test/software-authenticator.ts';

/** What the audit trail has of second factors. */
let harness: GatewayHarness;
let browser: TestBrowser;
let app: AuthenticatorApp;
const email = 'ada@example.com';

beforeAll(async () => {
  harness = await startGatewayHarness({ POSTERN_SIGN_INS_PER_EMAIL: '1000' });
  browser = openBrowser(harness);
  await browser.post('/auth/sign-up', { email, password, organization: 'ada' });
  app = new AuthenticatorApp((await browser.post('/account/totp')).json.secret);
  expect((await browser.post('/account/totp/confirm', { code: app.code(-1) })).status).toBe(200);
});
afterAll(() => harness.stop());

/** The newest entry with this action and decision, once there is one. */
const entry = (action: string, decision = 'allowed') =>
  until(async () => {
    const { json } = await browser.get(`/organizations/ada/audit?action=${action}&limit=20`);
    return json.items.find((item: { decision: string }) => item.decision === decision);
  });

it('a first step is not recorded as if it were a sign-in', async () => {
  await openBrowser(harness).post('/auth/sign-in', { email, password });
  expect(await entry('auth.sign-in')).toMatchObject({
    actor: { id: null, name: email, kind: 'nobody' },
    reason: 'The password was right. A second factor is needed.',
  });
});

it('a link to reset the password that somebody asks for is recorded', async () => {
  expect((await openBrowser(harness).post('/auth/password-reset', { email })).status).toBe(409);
  expect(await entry('auth.request-password-reset', 'refused')).toMatchObject({
    actor: { id: null, name: email, kind: 'nobody' },
  });
});

it('second steps are recorded, whether they succeed or fail', async () => {
  const other = openBrowser(harness);
  await other.post('/auth/sign-in', { email, password });
  expect((await other.post('/auth/second-factor', { code: '000000' })).status).toBe(401);
  const refused = await entry('auth.complete-sign-in', 'refused');
  expect(refused).toMatchObject({ status: 401, actor: { id: null, name: email, kind: 'nobody' } });
  expect(JSON.stringify(refused)).not.toContain('000000');
  expect((await other.post('/auth/second-factor', { code: app.code() })).status).toBe(200);
  expect(await entry('auth.complete-sign-in')).toMatchObject({ actor: { name: email, kind: 'person' } });
});

it('authenticator apps and passkeys that are added and removed are recorded', async () => {
  expect(await entry('totp.confirm')).toMatchObject({ actor: { name: email } });
  const key = new SoftwareAuthenticator(harness.origin);
  const { json: options } = await browser.post('/account/passkeys/options');
  const added = await browser.post('/account/passkeys', { name: 'laptop', attestation: key.create(options) });
  expect(added.status).toBe(201);
  const { id } = added.json.passkey;
  expect(await entry('passkey.create')).toMatchObject({ actor: { name: email }, details: { name: 'laptop', id } });

  const signIn = async (forgery = {}) => {
    const stranger = openBrowser(harness);
    const { json } = await stranger.post('/auth/passkey-options');
    return stranger.post('/auth/passkey', { passkey: key.get(json, forgery) });
  };
  expect((await signIn({ challenge: 'A'.repeat(43) })).status).toBe(401);
  expect(await entry('auth.sign-in-with-passkey', 'refused')).toMatchObject({ actor: { id: null, name: email } });
  expect((await signIn()).status).toBe(200);
  expect(await entry('auth.sign-in-with-passkey')).toMatchObject({ actor: { name: email, kind: 'person' } });

  expect((await browser.ask('DELETE', `/account/passkeys/${id}`)).status).toBe(204);
  expect(await entry('passkey.delete')).toMatchObject({ actor: { name: email }, name: id });
  expect((await browser.ask('DELETE', '/account/totp')).status).toBe(204);
  expect(await entry('totp.delete')).toMatchObject({ actor: { name: email } });
});

it('what a member does about their factors is recorded where they have to have one, too', async () => {
  const owner = (await browser.get('/auth/me')).json;
  const bob = await harness.signUp('bob');
  const [{ id: organizationId }] = owner.organizations;
  await harness.database.run(
    `INSERT INTO memberships (organization_id, user_id, role) VALUES ('${organizationId}', '${bob.userId}', 'admin')`,
  );
  const bobs = openBrowser(harness);
  await bobs.post('/auth/sign-in', { email: bob.email, password });
  await harness.database.run(`UPDATE organizations SET require_second_factor = true WHERE id = '${organizationId}'`);
  await harness.database.run(`UPDATE browser_sessions SET proved_at = now()`);
  // Nobody has a factor now, Ada neither: what is withheld from both is read in the database.
  await bobs.post('/auth/sign-in', { email: bob.email, password });
  expect((await bobs.post('/account/totp')).status).toBe(201);
  await until(async () => {
    const { rows } = await harness.database.run(
      `SELECT 1 FROM audit_events WHERE organization_id = '${organizationId}' AND event::text LIKE '%totp.create%' AND event::text LIKE '%${bob.userId}%'`,
    );
    return rows.length > 0 ? rows : undefined;
  });
});
