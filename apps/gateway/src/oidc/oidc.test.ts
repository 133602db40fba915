import { startTestProvider, type TestProvider, testClient } from '@postern/testkit/oidc-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, type TestBrowser } from '../test/browser.ts';
import { type GatewayHarness, type Person, password, startGatewayHarness } from '../test/gateway-harness.ts';

let harness: GatewayHarness;
let provider: TestProvider;
/** Run by somebody else. */
let otherProvider: TestProvider;
let acme: Person;
let other: Person;
let owner: TestBrowser;

beforeAll(async () => {
  harness = await startGatewayHarness({ POSTERN_WEBHOOK_NETWORKS: '127.0.0.0/8', POSTERN_SIGN_INS_PER_EMAIL: '1000' });
  const redirectUri = `${harness.origin}/account/provider`;
  [provider, otherProvider] = [await startTestProvider(redirectUri), await startTestProvider(redirectUri)];
  [acme, other] = [await harness.signUp('acme'), await harness.signUp('other')];
  owner = await signedIn(acme.email);
  await configure(acme, provider);
  await configure(other, otherProvider);
}, 60_000);
afterAll(async () => {
  await Promise.all([provider?.stop(), otherProvider?.stop()]);
  await harness?.stop();
});

async function signedIn(email: string): Promise<TestBrowser> {
  const browser = openBrowser(harness);
  expect((await browser.post('/auth/sign-in', { email, password })).status).toBe(200);
  return browser;
}

/** Sets a provider; that the domain was shown is written into the row, because no test has a DNS of its own. */
async function configure(person: Person, { issuer }: TestProvider, settings: object = {}): Promise<void> {
  const browser = await signedIn(person.email);
  const reply = await browser.post(`/organizations/${person.slug}/oidc`, { issuer, ...testClient, ...settings });
  expect(reply).toMatchObject({ status: 200, json: { issuer } });
  await harness.database.run(
    `UPDATE oidc_providers SET domains = '{corp.example}' WHERE organization_id = '${person.organizationId}'`,
  );
}

async function start(slug: string, browser = openBrowser(harness)) {
  const reply = await browser.post('/auth/oidc', { organization: slug });
  expect(reply.status).toBe(200);
  return { browser, url: reply.json.url as string };
}

const complete = (browser: TestBrowser, response: string) => browser.post('/auth/oidc/complete', { response });

/** A whole sign-in with the provider of acme, or of another organization. */
async function signIn(person: object, { at = provider, slug = acme.slug } = {}) {
  at.person = { sub: 'somebody', ...person };
  const { browser, url } = await start(slug);
  return { browser, reply: await complete(browser, await at.visit(url)) };
}

const at = (name: string) => ({ sub: name, email: `${name}@corp.example`, email_verified: true });

/** A member of acme who signed up with a password, with a browser that is signed in. */
async function memberOfBoth(name: string, role = 'member') {
  const person = await harness.signUp(name);
  await harness.database.run(
    `INSERT INTO memberships (organization_id, user_id, role) VALUES ('${acme.organizationId}', '${person.userId}', '${role}')`,
  );
  return { person, browser: await signedIn(person.email) };
}

async function linked(name: string, role?: string) {
  const { person, browser } = await memberOfBoth(name, role);
  provider.person = { sub: `${name} at the provider` };
  const begun = await browser.post(`/organizations/${acme.slug}/oidc/link`);
  expect(begun.status).toBe(200);
  return { person, browser, reply: await complete(browser, await provider.visit(begun.json.url)) };
}

describe('signing in with the provider of an organization', () => {
  it('makes an account, a member of that organization alone, whose address is not verified', async () => {
    const { browser, reply } = await signIn(at('ann'));
    expect(reply).toMatchObject({ status: 200, json: { user: { email: 'ann@corp.example' } } });
    expect(reply.json.organizations).toMatchObject([{ slug: 'acme', role: 'member' }]);
    expect((await browser.get('/organizations/acme')).status).toBe(200);
    const { rows } = await harness.database.run(
      "SELECT email_verified_at, password_hash FROM users WHERE email = 'ann@corp.example'",
    );
    expect(rows).toEqual([{ email_verified_at: null, password_hash: null }]);
  });

  it('is the same account the next time, also under another address', async () => {
    const first = await signIn(at('bob'));
    const second = await signIn({ ...at('bob'), email: 'robert@elsewhere.example', email_verified: false });
    expect(second.reply.json.user.id).toBe(first.reply.json.user.id);
  });

  it('survives a refresh, and still opens that organization only', async () => {
    const { browser } = await linkedSignIn('refresher');
    expect((await browser.post('/auth/refresh')).json.organizations).toMatchObject([{ slug: 'acme' }]);
  });

  it('puts people into the teams of their groups, and takes them out again', async () => {
    for (const name of ['sre', 'dba', 'own']) await owner.post('/organizations/acme/teams', { name });
    const groupMappings = [
      { group: 'g-sre', team: 'sre', role: 'auditor' },
      { group: 'g-dba', team: 'dba' },
    ];
    await configure(acme, provider, { groupMappings });
    const first = await signIn({ ...at('cid'), groups: ['g-sre', 'g-unknown'] });
    expect(first.reply.json.organizations).toMatchObject([{ role: 'auditor' }]);
    await owner.post('/organizations/acme/teams/own/members', { user: 'cid@corp.example' });
    const teams = async () => {
      const { json } = await owner.get('/organizations/acme/members');
      return json.items.find(({ email }: { email: string }) => email === 'cid@corp.example');
    };
    expect(await teams()).toMatchObject({ teams: ['own', 'sre'], role: 'auditor' });
    await signIn({ ...at('cid'), groups: ['g-dba'] });
    expect(await teams()).toMatchObject({ teams: ['dba', 'own'], role: 'member' });
  });

  it('satisfies a required second factor only if the organization says so', async () => {
    await configure(acme, provider, { trustsSecondFactor: true });
    await harness.database.run(`UPDATE organizations SET require_second_factor = true WHERE slug = 'acme'`);
    try {
      const both = { ...at('dan'), amr: ['pwd', 'mfa'] };
      expect((await (await signIn(both)).browser.get('/organizations/acme')).status).toBe(200);
      expect((await (await signIn({ ...both, amr: ['pwd'] })).browser.get('/organizations/acme')).status).toBe(403);
      await harness.database.run('UPDATE oidc_providers SET trusts_second_factor = false');
      expect((await (await signIn(both)).browser.get('/organizations/acme')).status).toBe(403);
    } finally {
      await harness.database.run(`UPDATE organizations SET require_second_factor = false WHERE slug = 'acme'`);
    }
  });
});

async function linkedSignIn(name: string) {
  const { person, reply } = await linked(name);
  expect(reply.status).toBe(200);
  return { person, ...(await signIn({ sub: `${name} at the provider` })) };
}

describe('an account that exists', () => {
  it('is not taken over by a provider that names its address', async () => {
    await harness.database.run(`UPDATE users SET email = 'eve@corp.example' WHERE id = '${other.userId}'`);
    const { reply, browser } = await signIn(at('eve'));
    expect(reply).toMatchObject({ status: 409, json: { error: { code: 'conflict' } } });
    expect((await browser.get('/auth/me')).status).toBe(401);
    await harness.database.run(`UPDATE users SET email = 'other@example.com' WHERE id = '${other.userId}'`);
  });

  it('is linked by its person, and then opens that organization and nothing else', async () => {
    const { person, reply, browser } = await linkedSignIn('fay');
    await harness.database.run(
      `INSERT INTO memberships (organization_id, user_id, role) VALUES ('${other.organizationId}', '${person.userId}', 'member')`,
    );
    expect(reply.json.organizations).toMatchObject([{ slug: 'acme' }]);
    expect((await browser.get('/organizations/acme')).status).toBe(200);
    // New cookies, so that nothing cached is looked at.
    expect((await browser.post('/auth/refresh')).status).toBe(200);
    expect((await browser.get('/organizations/fay')).status).toBe(404);
    expect((await browser.get('/organizations/other')).status).toBe(404);
    expect((await (await signedIn('fay@example.com')).get('/organizations/other')).status).toBe(200);
  });

  it('cannot be changed from there', async () => {
    const { browser } = await linkedSignIn('gil');
    const refused = [
      await browser.get('/account'),
      await browser.get('/account/sign-ins'),
      await browser.post('/account/totp'),
      await browser.post('/account/passkeys/options'),
      await browser.post('/account/email', { email: 'thief@example.com' }),
      await browser.post('/organizations', { name: 'x' }),
    ];
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403));
    expect((await browser.post('/organizations/acme/oidc/link')).status).toBe(409);
  });

  it('is not opened by the same person of another organization’s provider', async () => {
    await linked('hal');
    const { reply } = await signIn(
      { sub: 'hal at the provider', email: 'hal@example.com', email_verified: true },
      { at: otherProvider, slug: other.slug },
    );
    expect(reply.status).toBe(401);
  });

  it('is not opened for an owner, whose power its administrators do not have', async () => {
    expect((await linked('ivy', 'owner')).reply.status).toBe(403);
    const { person, browser } = await linkedSignIn('joe');
    await harness.database.run(`UPDATE memberships SET role = 'owner' WHERE user_id = '${person.userId}'`);
    expect((await signIn({ sub: 'joe at the provider' })).reply.status).toBe(403);
    await browser.post('/auth/refresh');
    expect((await browser.get('/organizations/acme')).status).toBe(404);
  });
});

describe('what a provider says is refused', () => {
  it.each([
    ['an unverified address', { ...at('kim'), email_verified: false }],
    ['an address that is verified in words only', { ...at('kim'), email_verified: 'true' }],
    ['no address', { sub: 'kim' }],
    ['a domain that the organization has not shown', { ...at('kim'), email: 'kim@gmail.example' }],
    ['a domain that ends like one', { ...at('kim'), email: 'kim@evilcorp.example' }],
    ['a second @', { ...at('kim'), email: '"kim@gmail.example"@x@corp.example' }],
  ])('%s', async (_, person) => {
    const { reply, browser } = await signIn(person);
    expect(reply.status).toBe(401);
    expect((await browser.get('/auth/me')).status).toBe(401);
  });

  it('a response for another browser', async () => {
    provider.person = at('lea');
    const { url } = await start('acme');
    const { browser } = await start('acme');
    expect((await complete(browser, await provider.visit(url))).status).toBe(401);
    expect((await complete(openBrowser(harness), await provider.visit(url))).status).toBe(401);
  });

  it('a response that is sent again', async () => {
    provider.person = at('mia');
    const { browser, url } = await start('acme');
    const response = await provider.visit(url);
    const cookies = String(browser.cookies);
    const send = () =>
      harness.ask('POST', '/api/v1/auth/oidc/complete', {
        body: { response },
        cookie: cookies,
        headers: { origin: harness.origin },
      });
    expect((await send()).status).toBe(200);
    expect((await send()).status).toBe(401);
  });

  it('a response that comes too late', async () => {
    provider.person = at('mia');
    const { browser, url } = await start('acme');
    await harness.database.run('UPDATE oidc_transactions SET expires_at = now()');
    expect((await complete(browser, await provider.visit(url))).status).toBe(401);
  });

  it('a response with another state, or with none', async () => {
    for (const state of ['x'.repeat(43), null]) {
      provider.person = at('mia');
      const { browser, url } = await start('acme');
      const response = new URLSearchParams(await provider.visit(url));
      if (state === null) response.delete('state');
      else response.set('state', state);
      expect((await complete(browser, String(response))).status).toBe(401);
    }
  });

  it('a token with another nonce', async () => {
    provider.person = at('ned');
    const { browser, url } = await start('acme');
    const forged = new URL(url);
    forged.searchParams.set('nonce', 'x'.repeat(43));
    const reply = await complete(browser, await provider.visit(forged.href));
    expect(reply).toMatchObject({ status: 401, json: { error: { message: expect.stringContaining('nonce') } } });
  });

  it('a code for another code verifier', async () => {
    provider.person = at('ned');
    const { browser, url } = await start('acme');
    const forged = new URL(url);
    forged.searchParams.set('code_challenge', 'x'.repeat(43));
    expect((await complete(browser, await provider.visit(forged.href))).status).toBe(401);
  });

  it('a response of another issuer', async () => {
    provider.person = at('oli');
    const { browser, url } = await start('acme');
    const response = new URLSearchParams(await provider.visit(url));
    expect(response.get('iss')).toBe(provider.issuer);
    response.set('iss', otherProvider.issuer);
    expect((await complete(browser, String(response))).status).toBe(401);
  });

  it('and the refusal is in the trail of the organization, and in no other', async () => {
    await signIn({ ...at('pat'), email: 'pat@gmail.example' });
    const refusals = async (who: Person) => {
      const { json } = await harness.ask('GET', `/api/v1/organizations/${who.slug}/audit?limit=200`, {
        token: who.token,
      });
      return json.items.filter(({ reason }: { reason: string | null }) => reason?.includes('pat@gmail.example'));
    };
    await expect.poll(() => refusals(acme)).toMatchObject([{ action: 'auth.complete-oidc', decision: 'refused' }]);
    expect(await refusals(other)).toEqual([]);
  });
});

describe('the settings', () => {
  it('never show the client secret, and are for administrators', async () => {
    const shown = await owner.get('/organizations/acme/oidc');
    expect(shown.json).toMatchObject({ issuer: provider.issuer, clientId: 'postern' });
    expect(shown.text).not.toContain(testClient.clientSecret);
    const { browser } = await signIn(at('ann'));
    expect((await browser.get('/organizations/acme/oidc')).status).toBe(403);
  });

  it.each([
    'https://169.254.169.254',
    'https://10.0.0.1/realm',
    'https://[::1]/',
    'http://192.0.2.1',
    'https://user:x@id.example.com',
  ])('refuse the issuer %s', async (issuer) => {
    const reply = await owner.post('/organizations/acme/oidc', { issuer, ...testClient });
    expect(reply).toMatchObject({ status: 400, json: { error: { fields: [{ path: 'issuer' }] } } });
  });

  it('refuse a domain that nobody showed, and say which record to add', async () => {
    const { issuer } = provider;
    const body = { issuer, ...testClient, domains: ['corp.invalid'] };
    const reply = await owner.post('/organizations/acme/oidc', body);
    expect(reply).toMatchObject({ status: 400, json: { error: { fields: [{ path: 'domains' }] } } });
    expect(reply.json.error.message).toContain(`postern-organization=${acme.organizationId}`);
  });

  it('are tested on request', async () => {
    expect((await owner.post('/organizations/acme/oidc/test')).json).toEqual({ works: true, error: null });
  });

  it('end the sign-ins of a provider that is removed, or does not answer', async () => {
    const gone = await startTestProvider(`${harness.origin}/account/provider`);
    const zed = await harness.signUp('zed');
    await configure(zed, gone);
    const { browser, reply } = await signIn(at('quin'), { at: gone, slug: 'zed' });
    expect(reply.status).toBe(200);
    await gone.stop();
    const browserOfZed = await signedIn(zed.email);
    expect((await browserOfZed.post('/organizations/zed/oidc/test')).json).toEqual({
      works: false,
      error: 'The provider cannot be reached (ECONNREFUSED).',
    });
    expect((await openBrowser(harness).post('/auth/oidc', { organization: 'zed' })).status).toBe(409);
    expect((await browserOfZed.ask('DELETE', '/organizations/zed/oidc')).status).toBe(204);
    expect((await browser.get('/auth/me')).status).toBe(401);
    expect((await openBrowser(harness).post('/auth/oidc', { organization: 'zed' })).status).toBe(404);
  });
});
