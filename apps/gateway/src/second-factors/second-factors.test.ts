import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuthenticatorApp } from '../test/authenticator-app.ts';
import { openBrowser, type TestBrowser } from '../test/browser.ts';
import { type GatewayHarness, password, type Reply, startGatewayHarness } from '../test/gateway-harness.ts';

let harness: GatewayHarness;

beforeAll(async () => {
  harness = await startGatewayHarness({ POSTERN_SIGN_INS_PER_EMAIL: '1000' });
});
afterAll(() => harness.stop());

interface Secured {
  email: string;
  browser: TestBrowser;
  app: AuthenticatorApp;
  recoveryCodes: string[];
}

async function signUp(name: string): Promise<{ email: string; browser: TestBrowser }> {
  const browser = openBrowser(harness);
  const email = `${name}@example.com`;
  expect((await browser.post('/auth/sign-up', { email, password, organization: name })).status).toBe(201);
  return { email, browser };
}

/** A person with an authenticator app, whose last code was that of the time step before the present one. */
async function secured(name: string): Promise<Secured> {
  const { email, browser } = await signUp(name);
  const begun = await browser.post('/account/totp');
  expect(begun.status).toBe(201);
  const app = new AuthenticatorApp(begun.json.secret);
  const confirmed = await browser.post('/account/totp/confirm', { code: app.code(-1) });
  expect(confirmed.status).toBe(200);
  return { email, browser, app, recoveryCodes: confirmed.json.recoveryCodes.codes };
}

const begin = async (
  email: string,
  browser = openBrowser(harness),
): Promise<{ browser: TestBrowser; reply: Reply }> => ({
  browser,
  reply: await browser.post('/auth/sign-in', { email, password }),
});

const letProofsAge = () =>
  harness.database.run(
    `UPDATE browser_sessions SET proved_at = proved_at - interval '301 seconds', second_factor_at = second_factor_at - interval '301 seconds'`,
  );

describe('setting up an authenticator app', () => {
  it('gives a key and recovery codes, and shows neither again', async () => {
    const { browser, recoveryCodes } = await secured('setter');
    expect(recoveryCodes).toHaveLength(10);
    const account = await browser.get('/account');
    expect(account.json.secondFactor).toEqual({ totp: true, passkeys: 0, recoveryCodes: 10 });
    for (const code of recoveryCodes) expect(account.text).not.toContain(code);
  });

  it('counts only once it is confirmed with a right code', async () => {
    const { email, browser } = await signUp('unsure');
    const first = await browser.post('/account/totp');
    expect(new URL(first.json.uri).protocol).toBe('otpauth:');
    const wrong = await browser.post('/account/totp/confirm', { code: '000000' });
    expect(wrong).toMatchObject({ status: 400, json: { error: { fields: [{ path: 'code' }] } } });
    // Beginning again replaces the key.
    const second = await browser.post('/account/totp');
    expect(second.json.secret).not.toBe(first.json.secret);
    const old = new AuthenticatorApp(first.json.secret);
    expect((await browser.post('/account/totp/confirm', { code: old.code() })).status).toBe(400);
    expect((await begin(email)).reply.json.user.email).toBe(email);
    const right = new AuthenticatorApp(second.json.secret);
    expect((await browser.post('/account/totp/confirm', { code: right.code() })).status).toBe(200);
    expect((await begin(email)).reply.json.user).toBeUndefined();
    expect((await browser.post('/account/totp')).json.error.code).toBe('conflict');
  });

  it('stores neither key nor codes in the clear', async () => {
    const { browser } = await signUp('sealed');
    const { secret } = (await browser.post('/account/totp')).json;
    const app = new AuthenticatorApp(secret);
    const { recoveryCodes } = (await browser.post('/account/totp/confirm', { code: app.code() })).json;
    const { rows } = await harness.database.run(
      `SELECT encode(sealed_key, 'hex') AS text FROM totp_factors UNION ALL SELECT encode(code_hash, 'hex') FROM recovery_codes`,
    );
    const stored = rows.map(({ text }) => Buffer.from(text, 'hex').toString('latin1')).join('\n');
    const key = Buffer.from(app.keyBytes).toString('latin1');
    for (const open of [secret, key, ...recoveryCodes.codes]) expect(stored.includes(open)).toBe(false);
  });

  it('needs a fresh proof: the password if there is no second factor yet', async () => {
    const { browser } = await signUp('stale');
    await letProofsAge();
    expect((await browser.post('/account/totp')).json.error.code).toBe('step-up-required');
    expect((await browser.post('/account/step-up', { code: '123456' })).status).toBe(400);
    expect((await browser.post('/account/step-up', { password: 'guess' })).status).toBe(400);
    expect((await browser.post('/account/totp')).status).toBe(403);
    expect((await browser.post('/account/step-up', { password })).status).toBe(204);
    expect((await browser.post('/account/totp')).status).toBe(201);
  });
});

describe('signing in with a second factor', () => {
  it('gives nothing but a challenge for the right password, and a session for the code', async () => {
    const { email, app } = await secured('twostep');
    const { browser, reply } = await begin(email);
    expect(reply.status).toBe(200);
    expect(reply.json).toEqual({
      secondFactor: { methods: ['totp', 'recovery-code'], expiresAt: expect.stringMatching(/Z$/) },
    });
    const set = reply.headers['set-cookie'] as string[];
    expect(set).toHaveLength(1);
    expect(set[0]).toMatch(
      /^__Secure-postern_challenge=[\w-]{43}; Path=\/api\/v1\/auth; Max-Age=300; HttpOnly; Secure; SameSite=Strict$/,
    );
    expect((await browser.get('/account')).status).toBe(401);
    const done = await browser.post('/auth/second-factor', { code: app.code() });
    expect(done).toMatchObject({ status: 200, json: { user: { email } } });
    expect((await browser.get('/account')).status).toBe(200);
    expect(String(browser.cookies)).not.toContain('postern_challenge');
  });

  it('refuses a code that was used, in this sign-in and in any other', async () => {
    const { email, app } = await secured('replayed');
    const begun = await Promise.all(Array.from({ length: 10 }, () => begin(email)));
    const late = await begin(email);
    const code = app.code();
    const replies = await Promise.all(begun.map(({ browser }) => browser.post('/auth/second-factor', { code })));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, ...Array(9).fill(401)]);
    for (const used of [code, app.code(-1)])
      expect((await late.browser.post('/auth/second-factor', { code: used })).status).toBe(401);
    expect((await late.browser.post('/auth/second-factor', { code: app.code(1) })).status).toBe(200);
  });

  it('takes five tries, then has to be started again', async () => {
    const { email, app } = await secured('guessed');
    const { browser } = await begin(email);
    for (let guess = 0; guess < 5; guess += 1) {
      const reply = await browser.post('/auth/second-factor', { code: `00000${guess}` });
      expect(reply).toMatchObject({ status: 401, json: { error: { fields: [{ path: 'code' }] } } });
    }
    const sixth = await browser.post('/auth/second-factor', { code: app.code() });
    expect(sixth).toMatchObject({ status: 401, json: { error: { message: expect.stringContaining('Start again') } } });
    const again = await begin(email);
    expect((await again.browser.post('/auth/second-factor', { code: app.code() })).status).toBe(200);
  });

  it('counts tries that come at once', async () => {
    const { email } = await secured('hurried');
    const { browser } = await begin(email);
    const guesses = Array.from({ length: 12 }, (_, guess) =>
      browser.post('/auth/second-factor', { code: `0000${10 + guess}` }),
    );
    const replies = await Promise.all(guesses);
    expect(replies.filter(({ json }) => json.error.fields !== undefined)).toHaveLength(5);
  });

  it.each([
    ['without its challenge', {}],
    ['with a forged one', { challenge: 'A'.repeat(43) }],
  ])('is not completed in another browser %s', async (name, more) => {
    const { email, app } = await secured(`elsewhere-${name.length}`);
    const { browser } = await begin(email);
    const code = app.code();
    expect((await openBrowser(harness).post('/auth/second-factor', { code, ...more })).status).toBe(401);
    expect((await browser.post('/auth/second-factor', { code })).status).toBe(200);
  });

  it('is not completed later than five minutes, after the password was reset, or twice', async () => {
    const { email, app, recoveryCodes } = await secured('slow');
    const late = await begin(email);
    await harness.database.run('UPDATE sign_in_challenges SET expires_at = now()');
    expect((await late.browser.post('/auth/second-factor', { code: app.code() })).status).toBe(401);
    const ended = await begin(email);
    await harness.database.run(`UPDATE users SET incarnation = incarnation + 1 WHERE email = '${email}'`);
    expect((await ended.browser.post('/auth/second-factor', { code: app.code() })).status).toBe(401);
    const { browser } = await begin(email);
    const held = String(browser.cookies);
    expect((await browser.post('/auth/second-factor', { code: app.code() })).status).toBe(200);
    const twice = await harness.ask('POST', '/api/v1/auth/second-factor', {
      cookie: held,
      headers: { origin: harness.origin },
      body: { recoveryCode: recoveryCodes[0] },
    });
    expect(twice.status).toBe(401);
  });

  it('takes a recovery code instead, each once', async () => {
    const { email, recoveryCodes } = await secured('lost');
    const recoveryCode = (recoveryCodes[3] ?? '').toLowerCase().replaceAll('-', ' ');
    const { browser } = await begin(email);
    expect((await browser.post('/auth/second-factor', { recoveryCode })).status).toBe(200);
    expect((await browser.get('/account')).json.secondFactor.recoveryCodes).toBe(9);
    const again = await begin(email);
    expect((await again.browser.post('/auth/second-factor', { recoveryCode })).status).toBe(401);
    // New ones replace all old ones.
    const fresh = await browser.post('/account/recovery-codes');
    expect(fresh.status).toBe(201);
    const old = recoveryCodes[4];
    expect((await again.browser.post('/auth/second-factor', { recoveryCode: old })).status).toBe(401);
    const reply = await again.browser.post('/auth/second-factor', { recoveryCode: fresh.json.codes[0] });
    expect(reply.status).toBe(200);
  });

  it('of one person does not take the codes of another', async () => {
    const [ann, bob] = [await secured('ann'), await secured('bob')];
    const { browser } = await begin(ann.email);
    expect((await browser.post('/auth/second-factor', { code: bob.app.code() })).status).toBe(401);
    const recoveryCode = bob.recoveryCodes[0];
    expect((await browser.post('/auth/second-factor', { recoveryCode })).status).toBe(401);
    expect((await bob.browser.get('/account')).json.secondFactor.recoveryCodes).toBe(10);
  });

  it('takes exactly one proof', async () => {
    const { email, app, recoveryCodes } = await secured('several');
    const { browser } = await begin(email);
    for (const body of [{}, { code: app.code(), recoveryCode: recoveryCodes[0] }])
      expect((await browser.post('/auth/second-factor', body)).status).toBe(400);
  });

  it('gives a program its challenge in the answer, and then a token', async () => {
    const { email, app } = await secured('terminal');
    const token = { name: 'laptop', expiresInSeconds: 600 };
    const first = await harness.ask('POST', '/api/v1/auth/sign-in', { body: { email, password, token } });
    expect(first.headers['set-cookie']).toBeUndefined();
    const { challenge } = first.json.secondFactor;
    const body = { challenge, code: app.code(), token };
    const second = await harness.ask('POST', '/api/v1/auth/second-factor', { body });
    expect(second.status).toBe(200);
    const { secret } = second.json.token;
    // It is as fresh as its second step.
    expect((await harness.ask('POST', '/api/v1/account/recovery-codes', { token: secret })).status).toBe(201);
  });

  it('does not lock the owner out while somebody who knows the password guesses', async () => {
    const { email, browser: known, app } = await secured('besieged');
    const statuses: number[] = [];
    while (statuses.at(-1) !== 429 && statuses.length < 40) {
      const { browser } = await begin(email);
      for (let guess = 0; guess < 5; guess += 1)
        statuses.push((await browser.post('/auth/second-factor', { code: `00000${guess}` })).status);
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(20);
    const { browser } = await begin(email, known);
    expect((await browser.post('/auth/second-factor', { code: app.code() })).status).toBe(200);
  });
});

describe('a fresh proof', () => {
  it('is the second factor for who has one; the password is not enough', async () => {
    const { browser, app } = await secured('freshener');
    expect((await browser.post('/account/recovery-codes')).status).toBe(201);
    await letProofsAge();
    const refused = await browser.post('/account/recovery-codes');
    expect(refused).toMatchObject({ status: 403, json: { error: { code: 'step-up-required' } } });
    expect((await browser.post('/account/step-up', { password })).status).toBe(400);
    expect((await browser.post('/account/recovery-codes')).status).toBe(403);
    expect((await browser.post('/account/step-up', { code: app.code() })).status).toBe(204);
    expect((await browser.post('/account/recovery-codes')).status).toBe(201);
  });

  it('counts for the sign-in that gave it, and no other', async () => {
    const { email, browser, app, recoveryCodes } = await secured('separate');
    const other = (await begin(email)).browser;
    await other.post('/auth/second-factor', { recoveryCode: recoveryCodes[0] });
    await letProofsAge();
    expect((await browser.post('/account/step-up', { code: app.code() })).status).toBe(204);
    expect((await browser.post('/account/totp')).status).toBe(409);
    expect((await other.post('/account/totp')).status).toBe(403);
  });

  it('for an API token is a code in a header, for one request', async () => {
    const { browser, app } = await secured('script');
    const { secret: token } = (await browser.post('/organizations/script/tokens', { name: 'ci' })).json;
    const ask = (headers: Record<string, string> = {}) =>
      harness.ask('POST', '/api/v1/account/recovery-codes', { token, headers });
    expect((await ask()).json.error).toMatchObject({
      code: 'step-up-required',
      message: expect.stringContaining('Postern-Code'),
    });
    const code = app.code();
    expect((await ask({ 'postern-code': '000000' })).status).toBe(403);
    expect((await ask({ 'postern-code': code })).status).toBe(201);
    expect((await ask({ 'postern-code': code })).status).toBe(403);
    expect((await ask()).status).toBe(403);
    expect((await harness.ask('POST', '/api/v1/account/step-up', { token, body: { code: app.code(1) } })).status).toBe(
      403,
    );
  });

  it('cannot be guessed with a stolen session', async () => {
    const { browser } = await secured('thief');
    const statuses: number[] = [];
    while (statuses.at(-1) !== 429 && statuses.length < 20)
      statuses.push((await browser.post('/account/step-up', { code: `0000${10 + statuses.length}` })).status);
    // Setting it up took one.
    expect(statuses).toEqual([...Array(9).fill(400), 429]);
  });
});

describe('removing the authenticator app', () => {
  it('makes the password enough again, and ends the recovery codes', async () => {
    const { email, browser } = await secured('remover');
    expect((await browser.ask('DELETE', '/account/totp')).status).toBe(204);
    expect((await browser.get('/account')).json.secondFactor).toEqual({ totp: false, passkeys: 0, recoveryCodes: 0 });
    expect((await begin(email)).reply.json.user.email).toBe(email);
    expect((await browser.ask('DELETE', '/account/totp')).status).toBe(404);
    expect((await browser.post('/account/recovery-codes')).status).toBe(409);
  });
});

describe('an organization that requires a second factor', () => {
  const path = (slug: string) => `/organizations/${slug}/security`;

  it('opens nothing to members without one, who can set one up; what they had open ends', async () => {
    const owner = await secured('strict');
    const bob = await harness.signUp('strict-bob');
    await harness.database.run(
      `INSERT INTO memberships (organization_id, user_id, role)
       SELECT id, '${bob.userId}', 'admin' FROM organizations WHERE slug = 'strict'`,
    );
    const { browser } = await begin(bob.email);
    await owner.browser.post('/organizations/strict/clusters', { name: 'prod' });
    const kube = async () =>
      (await harness.ask('GET', '/k8s/strict/prod/api', { cookie: String(browser.cookies) })).status;
    expect((await browser.get('/organizations/strict/clusters')).status).toBe(200);
    // Its agent is offline.
    expect(await kube()).toBe(503);
    expect((await owner.browser.ask('PATCH', path('strict'), { requireSecondFactor: true })).status).toBe(200);
    expect((await owner.browser.get(path('strict'))).json).toEqual({ requireSecondFactor: true });
    const refused = await browser.get('/organizations/strict/clusters');
    expect(refused).toMatchObject({ status: 403, json: { error: { code: 'second-factor-required' } } });
    expect(await kube()).toBe(404);
    // Their own organization does not require it.
    expect((await browser.get('/organizations/strict-bob/clusters')).status).toBe(200);
    const { secret } = (await browser.post('/account/totp')).json;
    const app = new AuthenticatorApp(secret);
    expect((await browser.post('/account/totp/confirm', { code: app.code() })).status).toBe(200);
    expect((await browser.get('/organizations/strict/clusters')).status).toBe(200);
    // The last factor stays as long as it is required.
    expect((await browser.ask('DELETE', '/account/totp')).json.error.code).toBe('conflict');
    expect((await owner.browser.get('/organizations/strict/clusters')).status).toBe(200);
  });

  it('is made so only by who has one, with a fresh proof', async () => {
    const { browser } = await signUp('lax');
    expect((await browser.ask('PATCH', path('lax'), { requireSecondFactor: true })).json.error.code).toBe('conflict');
    const owner = await secured('aged');
    await letProofsAge();
    const stale = await owner.browser.ask('PATCH', path('aged'), { requireSecondFactor: true });
    expect(stale.json.error.code).toBe('step-up-required');
  });
});

it('no code or recovery code is in the log', async () => {
  const { email, recoveryCodes } = await secured('logged');
  const { browser } = await begin(email);
  await browser.post('/auth/second-factor', { recoveryCode: recoveryCodes[0] });
  const log = harness.log.join('\n');
  for (const code of recoveryCodes) expect(log).not.toContain(code);
  expect(log).not.toContain('otpauth:');
});
