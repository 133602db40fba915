import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, type TestBrowser } from '../test/browser.ts';
import { type GatewayHarness, password, startGatewayHarness } from '../test/gateway-harness.ts';
import { type Forgery, SoftwareAuthenticator } from '../test/software-authenticator.ts';

let harness: GatewayHarness;

beforeAll(async () => {
  harness = await startGatewayHarness({ POSTERN_SIGN_INS_PER_EMAIL: '1000' });
});
afterAll(() => harness.stop());

async function signUp(name: string): Promise<{ email: string; browser: TestBrowser }> {
  const browser = openBrowser(harness);
  const email = `${name}@example.com`;
  expect((await browser.post('/auth/sign-up', { email, password, organization: name })).status).toBe(201);
  return { email, browser };
}

const newKey = () => new SoftwareAuthenticator(harness.origin);

async function register(browser: TestBrowser, key: SoftwareAuthenticator, forgery: Forgery = {}) {
  const options = await browser.post('/account/passkeys/options');
  expect(options.status).toBe(200);
  return browser.post('/account/passkeys', { name: 'laptop', attestation: key.create(options.json, forgery) });
}

async function withPasskey(name: string) {
  const { email, browser } = await signUp(name);
  const key = newKey();
  const added = await register(browser, key);
  expect(added.status).toBe(201);
  return { email, browser, key, added };
}

async function signInWith(key: SoftwareAuthenticator, forgery: Forgery = {}, browser = openBrowser(harness)) {
  const { json: options } = await browser.post('/auth/passkey-options');
  return browser.post('/auth/passkey', { passkey: key.get(options, forgery) });
}

const forgeries: [string, () => Forgery][] = [
  ['on another origin', () => ({ origin: 'https://evil.example' })],
  ['on a page whose address begins like ours', () => ({ origin: `${harness.origin}.evil.example` })],
  ['for another host', () => ({ rpId: 'evil.example' })],
  ['of another challenge', () => ({ challenge: 'A'.repeat(43) })],
];

describe('adding a passkey', () => {
  it('makes it the second factor, with recovery codes; it can be named, and removed', async () => {
    const { email, browser, added } = await withPasskey('adder');
    expect(added.json.passkey).toMatchObject({ name: 'laptop', lastUsedAt: null });
    expect(added.json.recoveryCodes.codes).toHaveLength(10);
    const first = await openBrowser(harness).post('/auth/sign-in', { email, password });
    expect(first.json.secondFactor.methods).toEqual(['passkey', 'recovery-code']);
    const path = `/account/passkeys/${added.json.passkey.id}`;
    expect((await browser.ask('PATCH', path, { name: 'phone' })).json.name).toBe('phone');
    expect((await browser.get('/account/passkeys')).json.items).toMatchObject([{ name: 'phone' }]);
    const stranger = (await signUp('adder-stranger')).browser;
    expect((await stranger.ask('PATCH', path, { name: 'mine' })).status).toBe(404);
    expect((await stranger.ask('DELETE', path)).status).toBe(404);
    expect((await browser.ask('DELETE', path)).status).toBe(204);
    expect((await openBrowser(harness).post('/auth/sign-in', { email, password })).json.user.email).toBe(email);
  });

  it('is for this host, asks for the keys that are there not to be used again, and needs a fresh proof', async () => {
    const { browser, key } = await withPasskey('options');
    const { json: options } = await browser.post('/account/passkeys/options');
    expect(options).toMatchObject({
      rp: { id: 'localhost' },
      excludeCredentials: [{ id: key.id }],
      user: { name: 'options@example.com' },
    });
    expect((await register(browser, key)).json.error.code).toBe('conflict');
    await harness.database.run(`UPDATE browser_sessions SET second_factor_at = now() - interval '301 seconds'`);
    expect((await browser.post('/account/passkeys/options')).json.error.code).toBe('step-up-required');
  });

  it.each([...forgeries, ['of a sign-in', () => ({ type: 'webauthn.get' })] as const])(
    'refuses an answer %s',
    async (name, forge) => {
      const { browser } = await signUp(`forger-${name.replaceAll(/\W/g, '')}`);
      expect((await register(browser, newKey(), forge())).json.error.code).toBe('invalid-request');
      expect((await browser.get('/account/passkeys')).json.items).toEqual([]);
    },
  );

  it('refuses the answer to a question that was put to somebody else, is old, or was answered', async () => {
    const [{ browser: ann }, { browser: bob }] = [await signUp('asked-ann'), await signUp('asked-bob')];
    const { json: options } = await ann.post('/account/passkeys/options');
    const answer = () => ({ name: 'x', attestation: newKey().create(options) });
    expect((await bob.post('/account/passkeys', answer())).status).toBe(400);
    expect((await ann.post('/account/passkeys', answer())).status).toBe(201);
    expect((await ann.post('/account/passkeys', answer())).status).toBe(400);
    const { json: late } = await ann.post('/account/passkeys/options');
    await harness.database.run('UPDATE sign_in_challenges SET expires_at = now()');
    expect((await ann.post('/account/passkeys', { name: 'x', attestation: newKey().create(late) })).status).toBe(400);
  });
});

describe('signing in with a passkey alone', () => {
  it('needs neither address nor password, and counts as both factors', async () => {
    const { email, key } = await withPasskey('alone');
    const browser = openBrowser(harness);
    const reply = await signInWith(key, {}, browser);
    expect(reply).toMatchObject({ status: 200, json: { user: { email } } });
    expect((await browser.post('/account/recovery-codes')).status).toBe(201);
    expect((await browser.get('/account/passkeys')).json.items[0].lastUsedAt).toMatch(/Z$/);
  });

  it.each([
    ...forgeries,
    ['of a registration', () => ({ type: 'webauthn.create' })] as const,
    ['without having verified its user', () => ({ userVerified: false })] as const,
    ['with a signature of something else', () => ({ signature: 'MEQCIA' })] as const,
    ['for another person', () => ({ userHandle: Buffer.from('somebody').toString('base64url') })] as const,
  ])('refuses an answer %s', async (name, forge) => {
    const { key } = await withPasskey(`alone-${name.replaceAll(/\W/g, '')}`);
    const reply = await signInWith(key, forge());
    expect(reply).toMatchObject({ status: 401, json: { error: { code: 'invalid-credentials' } } });
    expect(reply.headers['set-cookie']).toBeUndefined();
    expect((await signInWith(key)).status).toBe(200);
  });

  it('refuses a copy of the key, which the counter betrays', async () => {
    const { key } = await withPasskey('cloned');
    expect((await signInWith(key, { counter: 50 })).status).toBe(200);
    expect((await signInWith(key, { counter: 50 })).status).toBe(401);
    expect((await signInWith(key, { counter: 49 })).status).toBe(401);
    expect((await signInWith(key, { counter: 51 })).status).toBe(200);
  });

  it('refuses an answer that was used, or that comes from another browser', async () => {
    const { key } = await withPasskey('once');
    const browser = openBrowser(harness);
    const { json: options } = await browser.post('/auth/passkey-options');
    const passkey = key.get(options);
    const elsewhere = openBrowser(harness);
    expect((await elsewhere.post('/auth/passkey', { passkey })).status).toBe(401);
    await elsewhere.post('/auth/passkey-options');
    expect((await elsewhere.post('/auth/passkey', { passkey })).status).toBe(401);
    const held = String(browser.cookies);
    expect((await browser.post('/auth/passkey', { passkey })).status).toBe(200);
    const again = { cookie: held, headers: { origin: harness.origin }, body: { passkey } };
    expect((await harness.ask('POST', '/api/v1/auth/passkey', again)).status).toBe(401);
  });

  it('refuses a key that nobody has here, one that was removed, and one of a disabled account', async () => {
    expect((await signInWith(newKey(), { userHandle: 'AAAA' })).status).toBe(401);
    const { email, browser, key, added } = await withPasskey('gone');
    await browser.ask('DELETE', `/account/passkeys/${added.json.passkey.id}`);
    expect((await signInWith(key)).status).toBe(401);
    const other = newKey();
    await register(browser, other);
    await harness.database.run(`UPDATE users SET disabled_at = now() WHERE email = '${email}'`);
    expect((await signInWith(other)).status).toBe(401);
  });
});

describe('a passkey as second factor', () => {
  const firstStep = async (email: string) => {
    const browser = openBrowser(harness);
    await browser.post('/auth/sign-in', { email, password });
    const { json: options } = await browser.post('/auth/second-factor/passkey-options');
    return { browser, options };
  };

  it('completes a sign-in; its user need not be verified, the password was right', async () => {
    const { email, key } = await withPasskey('second');
    const { browser, options } = await firstStep(email);
    expect(options.allowCredentials).toMatchObject([{ id: key.id }]);
    const passkey = key.get(options, { userVerified: false });
    expect((await browser.post('/auth/second-factor', { passkey })).status).toBe(200);
  });

  it.each(forgeries)('refuses an answer %s', async (name, forge) => {
    const { email, key } = await withPasskey(`second-${name.replaceAll(/\W/g, '')}`);
    const { browser, options } = await firstStep(email);
    expect((await browser.post('/auth/second-factor', { passkey: key.get(options, forge()) })).status).toBe(401);
  });

  it('does not complete the sign-in of another person', async () => {
    const [ann, bob] = [await withPasskey('second-ann'), await withPasskey('second-bob')];
    const { browser, options } = await firstStep(ann.email);
    expect((await browser.post('/auth/second-factor', { passkey: bob.key.get(options) })).status).toBe(401);
  });

  it('is asked for only in a sign-in that is under way', async () => {
    expect((await openBrowser(harness).post('/auth/second-factor/passkey-options')).status).toBe(401);
  });

  it('is a fresh proof, once', async () => {
    const { browser, key } = await withPasskey('prover');
    await harness.database.run(`UPDATE browser_sessions SET second_factor_at = now() - interval '301 seconds'`);
    expect((await browser.post('/account/recovery-codes')).status).toBe(403);
    const { json: options } = await browser.post('/account/step-up/passkey-options');
    const passkey = key.get(options);
    expect(
      (await browser.post('/account/step-up', { passkey: key.get({ ...options, challenge: 'B'.repeat(43) }) })).status,
    ).toBe(400);
    expect((await browser.post('/account/step-up', { passkey })).status).toBe(204);
    expect((await browser.post('/account/recovery-codes')).status).toBe(201);
    expect((await browser.post('/account/step-up', { passkey })).status).toBe(400);
  });
});
