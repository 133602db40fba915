import { createHmac, randomBytes } from 'node:crypto';
import { generateAgentKey } from '@postern/tunnel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../../apps/gateway/src/test/browser.ts';
import { type GatewayHarness, type Person, password, type Reply } from '../../apps/gateway/src/test/gateway-harness.ts';
import { type Product, startProduct } from './harness.ts';

let product: Product;
let gateway: GatewayHarness;
let owner: Person;
beforeAll(async () => {
  product = await startProduct({ environment: { POSTERN_SIGN_INS_PER_EMAIL: '1000' } });
  ({ gateway, owner } = product);
});
afterAll(() => product[Symbol.asyncDispose]());

const me = '/api/v1/auth/me';
const accessCookie = '__Host-postern_access';
const signedIn = async (): Promise<ReturnType<typeof openBrowser>> => {
  const browser = openBrowser(gateway);
  expect((await browser.post('/auth/sign-in', { email: owner.email, password })).status).toBe(200);
  return browser;
};
const cookieOf = (browser: { cookies: object }, name: string): string =>
  new RegExp(`${name}=([^;]+)`).exec(String(browser.cookies))?.[1] ?? '';

describe('threat 1: JWT algorithm confusion', () => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const forge = (header: object, claims: object, key: string | Buffer): string => {
    const text = `${part(header)}.${part(claims)}`;
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  };
  const key = randomBytes(32);
  const jwk = { kty: 'oct', k: key.toString('base64url') };
  const forgeries: Record<string, (claims: object, signature: string) => string> = {
    'alg none': (claims) => `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`,
    'alg None with the real signature': (claims, signature) => `${part({ alg: 'None' })}.${part(claims)}.${signature}`,
    'HS256 with the public certificate': (claims) => forge({ alg: 'HS256' }, claims, gateway.caPem),
    'HS256 with an empty key': (claims) => forge({ alg: 'HS256' }, claims, ''),
    'RS256 that is an HMAC': (claims) => forge({ alg: 'RS256' }, claims, gateway.caPem),
    'an embedded jwk': (claims) => forge({ alg: 'HS256', jwk }, claims, key),
    'a jku of the attacker': (claims) => forge({ alg: 'HS256', jku: 'https://192.0.2.1/keys' }, claims, key),
    'a kid that is a path': (claims) => forge({ alg: 'HS256', kid: '../../../dev/null' }, claims, ''),
    'a kid that is SQL': (claims) => forge({ alg: 'HS256', kid: "x' UNION SELECT 'k" }, claims, 'k'),
    'other claims under the real signature': (claims, signature) =>
      `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ ...claims, exp: 4_000_000_000 })}.${signature}`,
    'no signature': (claims) => `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}.`,
  };

  it.each(Object.keys(forgeries))('threat 1: %s opens neither the API nor a cluster', async (name) => {
    const [, payload = '', signature = ''] = cookieOf(await signedIn(), accessCookie).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const forged = forgeries[name]?.(claims, signature) ?? '';
    const before = product.api.requests.length;
    for (const path of [me, `${product.cluster}/api`])
      for (const credential of [{ cookie: `${accessCookie}=${forged}` }, { token: forged }])
        expect((await gateway.ask('GET', path, credential)).status).toBe(401);
    expect(product.api.requests).toHaveLength(before);
  });

  it('threat 1: the token that was not forged is accepted', async () => {
    expect((await (await signedIn()).get('/auth/me')).status).toBe(200);
  });
});

describe('threat 2: an agent that did not enrol', () => {
  const body = (): object => ({
    publicKey: generateAgentKey().publicKeyPem,
    version: '0.1.0',
    instance: 'threats',
    location: 'outside',
  });
  const enroll = (token: string | undefined): Promise<Reply> =>
    gateway.ask('POST', '/api/v1/agents/enroll', { token, body: body() });

  it.each<[string, (real: string, owner: string) => string | undefined]>([
    ['no token', () => undefined],
    ['a well-formed unknown token', (real) => real.replace(/[^_]+$/, (secret) => [...secret].reverse().join(''))],
    ['a token with another id', (real) => real.replace(/_[0-9a-f]{32}_/, `_${'0'.repeat(32)}_`)],
    ['a token cut short', (real) => real.slice(0, -1)],
    ['the API token of the owner', (_real, token) => token],
    ['the prefix alone', () => 'postern_join_'],
  ])('threat 2: %s gets a 401', async (_what, change) => {
    const { joining } = await gateway.createCluster(owner, `c${randomBytes(4).toString('hex')}`);
    expect((await enroll(change(joining.joinToken, owner.token))).status).toBe(401);
    expect((await enroll(joining.joinToken)).status).toBe(201);
  });
});

describe('threat 5: one-time credentials used again', () => {
  it('threat 5: a join token enrols one agent', async () => {
    const { joining } = await gateway.createCluster(owner, 'replayed');
    const enroll = async (): Promise<number> =>
      gateway.enroll(joining.joinToken).then(
        () => 201,
        (error: Error) => Number(/enrol: (\d+)/.exec(error.message)?.[1]),
      );
    const statuses = await Promise.all(Array.from({ length: 8 }, enroll));
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(await enroll()).toBeOneOf([401, 409, 410]);
  });

  it('threat 5: an invitation is accepted once', async () => {
    const guest = await gateway.signUp('replay-guest');
    const invited = await gateway.ask('POST', `/api/v1/organizations/${owner.slug}/invitations`, {
      token: owner.token,
      body: { email: guest.email },
    });
    const body = { secret: new URL(invited.json.link).hash.slice(1) };
    const accept = async (): Promise<number> =>
      (await gateway.ask('POST', '/api/v1/invitations/accept', { token: guest.token, body })).status;
    expect([await accept(), await accept()]).toEqual([200, 410]);
  });

  it('threat 5: an old refresh cookie that is used again ends the whole session', async () => {
    const browser = await signedIn();
    const first = `__Secure-postern_refresh=${cookieOf(browser, '__Secure-postern_refresh')}`;
    expect((await browser.post('/auth/refresh')).status).toBe(200);
    expect((await browser.post('/auth/refresh')).status).toBe(200);
    const headers = { origin: gateway.origin };
    expect((await gateway.ask('POST', '/api/v1/auth/refresh', { cookie: first, headers })).status).toBe(401);
    expect((await browser.post('/auth/refresh')).status).toBe(401);
  });

  it('threat 5: a link to choose a new password works once', async () => {
    const guest = await gateway.signUp('replay-reset');
    const invited = await gateway.ask('POST', `/api/v1/organizations/${owner.slug}/invitations`, {
      token: owner.token,
      body: { email: guest.email },
    });
    const accepted = { secret: new URL(invited.json.link).hash.slice(1) };
    await gateway.ask('POST', '/api/v1/invitations/accept', { token: guest.token, body: accepted });
    // Somebody with an organization of their own is out of reach of every other one's owner.
    const path = `/api/v1/organizations/${owner.slug}/members/${guest.userId}/password-reset`;
    expect((await gateway.ask('POST', path, { token: owner.token })).status).toBe(403);
    await gateway.database.run(`DELETE FROM memberships WHERE organization_id = '${guest.organizationId}'`);
    const made = await gateway.ask('POST', path, { token: owner.token });
    expect(made.status).toBe(201);
    const body = { secret: new URL(made.json.link).hash.slice(1), password: 'another long password' };
    const browser = openBrowser(gateway);
    const statuses = [await browser.post('/auth/password', body), await browser.post('/auth/password', body)];
    expect(statuses.map(({ status }) => status)).toEqual([204, 410]);
  });
});

describe('threat 6: session fixation', () => {
  it.each([accessCookie, '__Secure-postern_refresh'])('threat 6: a planted %s is replaced at sign-in', async (name) => {
    const planted = cookieOf(await signedIn(), name);
    const reply = await gateway.ask('POST', '/api/v1/auth/sign-in', {
      cookie: `${name}=${planted}`,
      headers: { origin: gateway.origin },
      body: { email: owner.email, password },
    });
    const set = reply.headers['set-cookie'];
    const fresh = (Array.isArray(set) ? set : []).find((line) => line.startsWith(`${name}=`));
    expect(fresh).toBeDefined();
    expect(fresh).not.toContain(planted);
  });

  it('threat 6: the session that a browser had before ends when it signs in again', async () => {
    const browser = await signedIn();
    const before = String(browser.cookies);
    await browser.post('/auth/sign-in', { email: owner.email, password });
    expect((await gateway.ask('GET', me, { cookie: before })).status).toBe(401);
    expect((await browser.get('/auth/me')).status).toBe(200);
  });

  it.each(['postern_access', '__Secure-postern_access', '__host-postern_access'])(
    'threat 6: a cookie named %s, which another host could plant, is not read',
    async (name) => {
      const real = cookieOf(await signedIn(), accessCookie);
      expect((await gateway.ask('GET', me, { cookie: `${name}=${real}` })).status).toBe(401);
    },
  );
});

describe('threat 11: tokens in URLs and logs', () => {
  it.each(['token', 'access_token', 'bearer', 'api_key', 'authorization'])(
    'threat 11: ?%s= opens nothing',
    async (name) => {
      const before = product.api.requests.length;
      for (const path of [me, `${product.cluster}/api`])
        expect((await gateway.ask('GET', `${path}?${name}=${owner.token}`)).status).toBe(401);
      expect(product.api.requests).toHaveLength(before);
    },
  );

  it('threat 11: no secret that passed through is in the log', async () => {
    const browser = await signedIn();
    const secrets = [
      owner.token,
      password,
      cookieOf(browser, accessCookie),
      cookieOf(browser, '__Secure-postern_refresh'),
    ];
    await gateway.ask('GET', `${me}?token=${owner.token}`);
    await product.ask('GET /api/v1/pods');
    expect(gateway.log.length).toBeGreaterThan(0);
    const log = gateway.log.join('\n');
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(10);
      expect(log).not.toContain(secret);
    }
  });

  it('threat 11: no table has a token in readable form', async () => {
    const { rows } = await gateway.database.run(
      `SELECT count(*)::int AS hits FROM api_tokens t WHERE t::text LIKE '%${owner.token.slice(-20)}%'`,
    );
    expect(rows).toEqual([{ hits: 0 }]);
  });
});
