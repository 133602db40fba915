import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuthenticatorApp } from '../test/authenticator-app.ts';
import { openBrowser, type TestBrowser } from '../test/browser.ts';
import { type GatewayHarness, password, startGatewayHarness } from '../test/gateway-harness.ts';
import { type MailServer, startMailServer } from '../test/mail-server.ts';

let mail: MailServer;
let harness: GatewayHarness;

beforeAll(async () => {
  mail = await startMailServer();
  harness = await startGatewayHarness({
    POSTERN_SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
    POSTERN_MAIL_FROM: 'postern@example.com',
  });
});
afterAll(async () => {
  await harness.stop();
  await mail.stop();
});

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';

async function signUp(name: string): Promise<{ email: string; browser: TestBrowser }> {
  const browser = openBrowser(harness, { userAgent: firefox });
  const email = `${name}@example.com`;
  const reply = await browser.post('/auth/sign-up', { email, password, organization: name });
  expect(reply.status).toBe(201);
  return { email, browser };
}

async function signIn(email: string, secret = password): Promise<TestBrowser> {
  const browser = openBrowser(harness, { userAgent: firefox });
  expect((await browser.post('/auth/sign-in', { email, password: secret })).status).toBe(200);
  return browser;
}

const isSignedIn = async (browser: TestBrowser): Promise<boolean> => (await browser.get('/account')).status === 200;

/** The page and the secret of the link in a message. */
async function linkTo(address: string, words: string): Promise<{ page: string; secret: string }> {
  const { text } = await mail.messageTo(address, words);
  const [, page = '', secret = ''] = /(https:\/\/\S+)#([\w-]{43})\b/.exec(text) ?? [];
  return { page, secret };
}

/** Makes the last proof of every sign-in older than counts as fresh. */
const letProofsAge = () =>
  harness.database.run(
    `UPDATE browser_sessions SET proved_at = proved_at - interval '301 seconds', second_factor_at = second_factor_at - interval '301 seconds'`,
  );

describe('an account', () => {
  it('has a name, which can be changed and removed', async () => {
    const { browser, email } = await signUp('named');
    expect((await browser.get('/account')).json).toMatchObject({ email, name: null, sendsEmail: true });
    expect((await browser.ask('PATCH', '/account', { name: ' Ada Lovelace ' })).json.name).toBe('Ada Lovelace');
    expect((await browser.ask('PATCH', '/account', { name: null })).json.name).toBeNull();
    expect((await browser.ask('PATCH', '/account', { name: 'a\nb' })).status).toBe(400);
  });

  it('is verified by the link sent at sign-up, once', async () => {
    const { browser, email } = await signUp('fresh');
    expect((await browser.get('/account')).json.emailVerifiedAt).toBeNull();
    const { page, secret } = await linkTo(email, 'confirm the e-mail address');
    expect(page).toBe(`${harness.origin}/account/confirm-email`);
    const stranger = openBrowser(harness);
    expect((await stranger.post('/auth/email', { secret })).status).toBe(204);
    expect((await browser.get('/account')).json.emailVerifiedAt).toMatch(/Z$/);
    expect((await stranger.post('/auth/email', { secret })).json.error.code).toBe('gone');
  });
});

it('a service account has no address, password or second factor', async () => {
  const { browser } = await signUp('robots');
  const path = '/organizations/robots/service-accounts';
  expect((await browser.post(path, { name: 'ci' })).status).toBe(201);
  const made = await browser.post(`${path}/ci/tokens`, { name: 'ci', scopes: ['cluster:read'] });
  const ask = (method: string, to: string, body?: object) =>
    harness.ask(method, `/api/v1/account${to}`, { token: made.json.secret, body });
  const replies = await Promise.all([
    ask('GET', ''),
    ask('PATCH', '', { name: 'Bot' }),
    ask('POST', '/email', { email: 'bot@example.com' }),
    ask('POST', '/email-verification'),
    ask('POST', '/password', { currentPassword: 'x', newPassword: 'a good long one' }),
    ask('POST', '/step-up', { password: 'x' }),
    ask('POST', '/totp'),
    ask('POST', '/passkeys/options'),
  ]);
  expect(made.status).toBe(201);
  expect(replies.map(({ status }) => status)).toEqual(Array(8).fill(403));
});

describe('another e-mail address', () => {
  it('counts only once its link is opened; the old one is told, and signs in no more', async () => {
    const { browser, email } = await signUp('mover');
    expect((await browser.post('/account/email', { email: 'moved@example.com' })).status).toBe(204);
    expect((await browser.get('/account')).json.email).toBe(email);
    const { secret } = await linkTo('moved@example.com', 'use this address');
    expect((await openBrowser(harness).post('/auth/email', { secret })).status).toBe(204);
    expect((await browser.get('/account')).json).toMatchObject({ email: 'moved@example.com' });
    await mail.messageTo(email, 'now has the address moved@example.com');
    expect((await openBrowser(harness).post('/auth/sign-in', { email, password })).status).toBe(401);
    await signIn('moved@example.com');
  });

  it('of somebody else is refused, also if they took it meanwhile', async () => {
    const { browser } = await signUp('wisher');
    const { email: taken } = await signUp('holder');
    expect((await browser.post('/account/email', { email: taken })).json.error).toMatchObject({ code: 'conflict' });
    await browser.post('/account/email', { email: 'later@example.com' });
    await signUp('later');
    const { secret } = await linkTo('later@example.com', 'use this address');
    expect((await browser.post('/auth/email', { secret })).json.error.code).toBe('conflict');
    expect((await browser.get('/account')).json.email).toBe('wisher@example.com');
  });

  it('is refused without a fresh proof, and its link ends with the password', async () => {
    const { browser } = await signUp('careful');
    await browser.post('/account/email', { email: 'thief@example.com' });
    const { secret } = await linkTo('thief@example.com', 'use this address');
    const change = { currentPassword: password, newPassword: 'another good one' };
    expect((await browser.post('/account/password', change)).status).toBe(204);
    expect((await browser.post('/auth/email', { secret })).json.error.code).toBe('gone');
    await letProofsAge();
    const refused = await browser.post('/account/email', { email: 'x@example.com' });
    expect(refused).toMatchObject({ status: 403, json: { error: { code: 'step-up-required' } } });
  });

  it.each(['ada@evil@corp.com', 'аda@example.com', 'ada@exаmple.com', 'ada@example.com\r\nBcc: x@example.com'])(
    'is not %j',
    async (email) => {
      const browser = await signIn('moved@example.com');
      expect((await browser.post('/account/email', { email })).status).toBe(400);
    },
  );
});

describe('a password', () => {
  it('is changed by who knows it; other sign-ins end, this one stays', async () => {
    const { browser, email } = await signUp('changer');
    const other = await signIn(email);
    const cli = await harness.ask('POST', '/api/v1/auth/sign-in', {
      body: { email, password, token: { name: 'laptop', expiresInSeconds: 600 } },
    });
    const { secret: cliToken } = cli.json.token;
    const made = await harness.ask('POST', '/api/v1/organizations/changer/tokens', {
      token: cliToken,
      body: { name: 'x' },
    });
    const wrong = await browser.post('/account/password', {
      currentPassword: 'guess',
      newPassword: 'another good one',
    });
    expect(wrong).toMatchObject({ status: 400, json: { error: { fields: [{ path: 'currentPassword' }] } } });
    expect(await isSignedIn(other)).toBe(true);
    const change = { currentPassword: password, newPassword: 'another good one' };
    expect((await browser.post('/account/password', change)).status).toBe(204);
    expect([await isSignedIn(browser), await isSignedIn(other)]).toEqual([true, false]);
    for (const token of [cliToken, made.json.secret])
      expect((await harness.ask('GET', '/api/v1/auth/me', { token })).status).toBe(401);
    expect((await openBrowser(harness).post('/auth/sign-in', { email, password })).status).toBe(401);
    await signIn(email, 'another good one');
    await mail.messageTo(email, 'Your password was changed');
  });

  it('cannot be guessed with a stolen session, and the owner is not kept out by the attempt', async () => {
    const { browser, email } = await signUp('stolen');
    const guess = () =>
      browser.post('/account/password', { currentPassword: 'guess', newPassword: 'another good one' });
    const statuses: number[] = [];
    while (statuses.at(-1) !== 429 && statuses.length < 20) statuses.push((await guess()).status);
    expect(statuses).toEqual([...Array(10).fill(400), 429]);
    const owner = await signIn(email);
    const change = { currentPassword: password, newPassword: 'another good one' };
    expect((await owner.post('/account/password', change)).status).toBe(204);
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('is reset by a link, once; every credential ends', async () => {
    const { browser, email } = await signUp('forgetful');
    const token = await harness.ask('POST', '/api/v1/auth/sign-in', {
      body: { email, password, token: { name: 'laptop', expiresInSeconds: 600 } },
    });
    expect((await openBrowser(harness).post('/auth/password-reset', { email })).status).toBe(204);
    const { page, secret } = await linkTo(email, 'Somebody asked for a new password');
    expect(page).toBe(`${harness.origin}/account/reset-password`);
    const { rows } = await harness.database.run(
      `SELECT count(*)::int AS n FROM account_links WHERE encode(secret_hash, 'escape') LIKE '%${secret}%'`,
    );
    expect(rows[0].n).toBe(0);
    const reset = (answer = secret) =>
      openBrowser(harness).post('/auth/password', { secret: answer, password: 'a fresh new password' });
    const replies = await Promise.all(Array.from({ length: 8 }, () => reset()));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([204, ...Array(7).fill(410)]);
    expect(await isSignedIn(browser)).toBe(false);
    expect((await harness.ask('GET', '/api/v1/auth/me', { token: token.json.token.secret })).status).toBe(401);
    await signIn(email, 'a fresh new password');
    expect((await reset('A'.repeat(43))).json.error.code).toBe('gone');
  });

  it.each([
    ['after half an hour', `UPDATE account_links SET expires_at = now()`],
    ['after the password was changed', null],
  ])('is not reset by a link %s', async (_, statement) => {
    const { browser, email } = await signUp(`late-${statement === null}`);
    await browser.post('/auth/password-reset', { email });
    const { secret } = await linkTo(email, 'Somebody asked for a new password');
    if (statement === null)
      await browser.post('/account/password', { currentPassword: password, newPassword: 'another good one' });
    else await harness.database.run(statement);
    const reply = await browser.post('/auth/password', { secret, password: 'a fresh new password' });
    expect(reply).toMatchObject({ status: 410, json: { error: { code: 'gone' } } });
  });

  it.each([
    [false, { totp: false, passkeys: 0, recoveryCodes: 0 }],
    [true, { totp: true, passkeys: 0, recoveryCodes: 10 }],
  ])(
    'reset by somebody who proves the address first (verified before: %s) leaves nothing of a squatter',
    async (isVerified, factors) => {
      const { browser, email } = await signUp(`squatted-${isVerified}`);
      if (isVerified) {
        const { secret } = await linkTo(email, 'confirm the e-mail address');
        expect((await browser.post('/auth/email', { secret })).status).toBe(204);
      }
      const app = new AuthenticatorApp((await browser.post('/account/totp')).json.secret);
      expect((await browser.post('/account/totp/confirm', { code: app.code(-1) })).status).toBe(200);
      await openBrowser(harness).post('/auth/password-reset', { email });
      const { secret } = await linkTo(email, 'Somebody asked for a new password');
      const fresh = 'a fresh new password';
      expect((await openBrowser(harness).post('/auth/password', { secret, password: fresh })).status).toBe(204);
      expect(await isSignedIn(browser)).toBe(false);
      const owner = await signIn(email, fresh);
      if (isVerified) expect((await owner.post('/auth/second-factor', { code: app.code() })).status).toBe(200);
      expect((await owner.get('/account')).json).toMatchObject({
        secondFactor: factors,
        emailVerifiedAt: expect.stringMatching(/Z$/),
      });
    },
  );

  it('is not reset by a link that only verifies the address', async () => {
    const { email } = await signUp('mixed');
    const { secret } = await linkTo(email, 'confirm the e-mail address');
    const reply = await openBrowser(harness).post('/auth/password', { secret, password: 'a fresh new password' });
    expect(reply.status).toBe(410);
  });

  it('reset answers the same for an address without an account, and sends nothing there', async () => {
    const { email } = await signUp('known');
    const before = mail.messages.length;
    const [known, unknown] = [
      await openBrowser(harness).post('/auth/password-reset', { email }),
      await openBrowser(harness).post('/auth/password-reset', { email: 'nobody-here@example.com' }),
    ];
    expect([known.status, known.text]).toEqual([unknown.status, unknown.text]);
    await linkTo(email, 'Somebody asked for a new password');
    expect(mail.messages.slice(before).flatMap(({ to }) => to)).not.toContain('nobody-here@example.com');
  });

  it('reset takes as long for an address without an account as for one with', async () => {
    const take = async (email: string): Promise<number> => {
      const began = performance.now();
      await openBrowser(harness).post('/auth/password-reset', { email });
      return performance.now() - began;
    };
    const ratios: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const known = await take('known@example.com');
      ratios.push((await take(`nobody-${round}@example.com`)) / known);
    }
    const ratio = ratios.toSorted((a, b) => a - b)[1] ?? 0;
    // Waiting for the database and the mail server would be more than ten times as long.
    expect(ratio).toBeGreaterThan(1 / 5);
    expect(ratio).toBeLessThan(5);
  });

  it('reset is limited for each address, and a stranger does not use up the owner’s attempts', async () => {
    const { browser, email } = await signUp('target');
    const ask = (from: TestBrowser) => from.post('/auth/password-reset', { email });
    const statuses: number[] = [];
    const stranger = openBrowser(harness);
    while (statuses.at(-1) !== 429 && statuses.length < 20) statuses.push((await ask(stranger)).status);
    expect(statuses.at(-1)).toBe(429);
    expect(statuses.length).toBeLessThanOrEqual(6);
    expect((await ask(browser)).status).toBe(204);
  });
});

describe('the list of sign-ins', () => {
  it('shows browsers and the command line, and which one asks', async () => {
    const { browser, email } = await signUp('lister');
    await harness.ask('POST', '/api/v1/auth/sign-in', {
      body: { email, password, token: { name: 'postern on laptop', expiresInSeconds: 600 } },
    });
    const { items } = (await browser.get('/account/sign-ins')).json;
    expect(items).toMatchObject([
      { kind: 'cli', device: 'postern on laptop', address: null, current: false },
      {
        kind: 'browser',
        device: 'Firefox on Linux',
        address: expect.stringMatching(/127\.0\.0\.1|::1/),
        current: true,
      },
    ]);
  });

  it('ends one, or all others', async () => {
    const { browser, email } = await signUp('ender');
    const [one, two] = [await signIn(email), await signIn(email)];
    const { items } = (await one.get('/account/sign-ins')).json;
    const current = items.find((item: { current: boolean }) => item.current);
    expect((await browser.ask('DELETE', `/account/sign-ins/${current.id}`)).status).toBe(204);
    expect([await isSignedIn(browser), await isSignedIn(one), await isSignedIn(two)]).toEqual([true, false, true]);
    expect((await browser.ask('DELETE', `/account/sign-ins/${current.id}`)).status).toBe(404);
    expect((await browser.ask('DELETE', '/account/sign-ins')).status).toBe(204);
    expect([await isSignedIn(browser), await isSignedIn(two)]).toEqual([true, false]);
    expect((await browser.get('/account/sign-ins')).json.items).toHaveLength(1);
  });

  it('of others is out of reach, and an API token ends none', async () => {
    const [{ browser: ann }, { browser: bob, email }] = [await signUp('ann'), await signUp('bob')];
    const [of] = (await bob.get('/account/sign-ins')).json.items;
    expect((await ann.ask('DELETE', `/account/sign-ins/${of.id}`)).status).toBe(404);
    const made = await bob.post('/organizations/bob/tokens', { name: 'ci' });
    const { secret: token } = made.json;
    const ask = (method: string, path: string) => harness.ask(method, `/api/v1${path}`, { token });
    expect((await ask('DELETE', `/account/sign-ins/${of.id}`)).status).toBe(403);
    expect((await ask('DELETE', '/account/sign-ins')).status).toBe(403);
    expect(await isSignedIn(bob)).toBe(true);
    expect(email).toBe('bob@example.com');
  });
});

describe('a sign-in', () => {
  it('that was planted in a browser does not survive that the owner signs in (fixation)', async () => {
    const [{ browser: attacker }, { email }] = [await signUp('planter'), await signUp('victim')];
    const victim = openBrowser(harness, { cookies: attacker.cookies });
    const planted = String(attacker.cookies);
    expect((await victim.post('/auth/sign-in', { email, password })).status).toBe(200);
    expect((await victim.get('/account')).json.email).toBe(email);
    expect((await harness.ask('GET', '/api/v1/account', { cookie: planted })).status).toBe(401);
  });
});

it('no secret of a link is in the log', () => {
  const secrets = mail.messages.flatMap(({ text }) => /#([\w-]{43})/.exec(text)?.[1] ?? []);
  expect(secrets.length).toBeGreaterThan(10);
  const log = harness.log.join('\n');
  for (const secret of secrets) expect(log).not.toContain(secret);
});
