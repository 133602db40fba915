import { createHmac, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type GatewayHarness,
  type Person,
  password,
  type Reply,
  startGatewayHarness,
} from '../test/gateway-harness.ts';

let harness: GatewayHarness;
let ada: Person;

beforeAll(async () => {
  harness = await startGatewayHarness({ POSTERN_SIGN_INS_PER_EMAIL: '20' });
  ada = await harness.signUp('ada');
});
afterAll(() => harness.stop());

const auth = '/api/v1/auth';

/** The cookies of a response, as a browser sends them back. */
function cookiesOf(reply: Reply): { access: string; refresh: string; all: string } {
  const set = reply.headers['set-cookie'];
  const values = (Array.isArray(set) ? set : []).map((line) => line.split(';')[0] ?? '');
  const access = values.find((value) => value.startsWith('__Host-postern_access=')) ?? '';
  const refresh = values.find((value) => value.startsWith('__Secure-postern_refresh=')) ?? '';
  return { access, refresh, all: `${access}; ${refresh}` };
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The secret with each other last character: three of them decode to the same bytes, the rest to others. */
const otherSpellings = (secret: string): string[] =>
  [...alphabet].map((last) => `${secret.slice(0, -1)}${last}`).filter((other) => other !== secret);

/** The device cookie of a response, as a browser sends it back. */
function deviceOf(reply: Reply): string {
  const set = reply.headers['set-cookie'];
  const lines = Array.isArray(set) ? set : [];
  return lines.find((line) => line.startsWith('__Secure-postern_device='))?.split(';')[0] ?? '';
}

function signIn(cookie?: string): Promise<Reply> {
  const headers = { origin: harness.origin };
  const body = { email: ada.email, password };
  return harness.ask('POST', `${auth}/sign-in`, { body, headers, ...(cookie === undefined ? {} : { cookie }) });
}

const refresh = (cookie: string): Promise<Reply> =>
  harness.ask('POST', `${auth}/refresh`, { cookie, headers: { origin: harness.origin } });

const me = (cookie: string): Promise<Reply> => harness.ask('GET', `${auth}/me`, { cookie });

describe('signing up', () => {
  it('creates a user, an organization and its ownership', async () => {
    const reply = await harness.ask('POST', `${auth}/sign-up`, {
      body: { email: ' Grace@Example.COM ', password, organization: 'Éclair & Söhne' },
    });
    expect(reply.status).toBe(201);
    expect(reply.json).toMatchObject({
      user: { email: 'grace@example.com' },
      organizations: [{ name: 'Éclair & Söhne', slug: 'eclair-sohne', role: 'owner' }],
    });
    expect(reply.json.token).toBeUndefined();
    expect(JSON.stringify(reply.json)).not.toContain('argon2');
    for (const line of reply.headers['set-cookie'] as string[]) {
      expect(line).toMatch(/; HttpOnly; Secure; SameSite=Strict$/);
      expect(line).not.toContain('Domain');
    }
    expect((await me(cookiesOf(reply).access)).json.user.email).toBe('grace@example.com');
  });

  it('refuses an e-mail address that has an account, and names the field', async () => {
    const body = { email: 'ADA@example.com', password, organization: 'again' };
    const reply = await harness.ask('POST', `${auth}/sign-up`, { body });
    expect(reply).toMatchObject({ status: 409, json: { error: { code: 'conflict', fields: [{ path: 'email' }] } } });
  });

  it('gives organizations with the same name different slugs, even at the same time', async () => {
    const bodies = ['x1', 'x2', 'x3', 'x4'].map((name) => ({
      email: `${name}@example.com`,
      password,
      organization: 'Same Name',
    }));
    const replies = await Promise.all(bodies.map((body) => harness.ask('POST', `${auth}/sign-up`, { body })));
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(new Set(replies.map(({ json }) => json.organizations[0].slug)).size).toBe(4);
  });

  it.each([
    'ada@evil@corp.com',
    'аda@example.com',
    'ada@exаmple.com',
    'ada@example.com\u0000',
    'ada @example.com',
    'ada',
    `${'a'.repeat(250)}@b.co`,
    '',
  ])('refuses the e-mail address %j', async (email) => {
    const reply = await harness.ask('POST', `${auth}/sign-up`, { body: { email, password, organization: 'o' } });
    expect(reply.status).toBe(400);
    expect(reply.json.error.fields[0].path).toBe('email');
  });
});

describe('signing in', () => {
  it('responds the same to a wrong password and to an unknown e-mail address', async () => {
    const wrong = await harness.ask('POST', `${auth}/sign-in`, {
      body: { email: ada.email, password: 'not it at all' },
    });
    const nobody = await harness.ask('POST', `${auth}/sign-in`, { body: { email: 'no@example.com', password } });
    expect([wrong.status, nobody.status]).toEqual([401, 401]);
    const { requestId: _, ...one } = wrong.json.error;
    const { requestId: __, ...other } = nobody.json.error;
    expect(one).toEqual(other);
  });

  it('starts a new session and ends the previous one of the browser', async () => {
    const before = cookiesOf(await signIn());
    expect((await me(before.access)).status).toBe(200);
    const after = cookiesOf(await signIn(before.all));
    expect(after.access).not.toBe(before.access);
    expect((await me(before.access)).status).toBe(401);
    expect((await refresh(before.refresh)).status).toBe(401);
    expect((await me(after.access)).status).toBe(200);
  });

  it('gives a program a token instead of cookies', async () => {
    const token = { name: 'laptop', expiresInSeconds: 60 };
    const reply = await harness.ask('POST', `${auth}/sign-in`, { body: { email: ada.email, password, token } });
    expect(reply.headers['set-cookie']).toBeUndefined();
    expect(reply.json.token.secret).toMatch(/^postern_/);
    expect((await harness.ask('GET', `${auth}/me`, { token: reply.json.token.secret })).status).toBe(200);
    expect((await harness.ask('POST', `${auth}/sign-out`, { token: reply.json.token.secret })).status).toBe(204);
    expect((await harness.ask('GET', `${auth}/me`, { token: reply.json.token.secret })).status).toBe(401);
  });

  it('limits attempts per e-mail address, with Retry-After', async () => {
    const body = { email: 'victim@example.com', password: 'guess guess' };
    const statuses: number[] = [];
    let last: Reply | undefined;
    for (let attempt = 0; attempt < 22; attempt += 1) {
      last = await harness.ask('POST', `${auth}/sign-in`, { body });
      statuses.push(last.status);
    }
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401));
    expect(statuses.slice(20)).toEqual([429, 429]);
    expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('stays possible for the owner while others guess, from a browser or network address used before', async () => {
    const mallory = await harness.signUp('mallory');
    const body = { email: mallory.email, password };
    const headers = { origin: harness.origin };
    const guess = (cookie?: string) =>
      harness.ask('POST', `${auth}/sign-in`, {
        body: { email: mallory.email, password: 'not it at all' },
        headers,
        ...(cookie === undefined ? {} : { cookie }),
      });
    // After a sign-up only, the owner and strangers share one count.
    while ((await guess()).status !== 429);
    expect((await harness.ask('POST', `${auth}/sign-in`, { body, headers })).status).toBe(429);

    const device = deviceOf(
      await harness.ask('POST', `${auth}/sign-up`, {
        body: { email: 'trent@example.com', password, organization: 'trent' },
        headers,
      }),
    );
    const trent = { email: 'trent@example.com', password };
    const guessTrent = (cookie: string) =>
      harness.ask('POST', `${auth}/sign-in`, { body: { ...trent, password: 'not it at all' }, headers, cookie });
    for (const wrong of ['', 'x', `${device}A`, device.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))]) {
      let reply = await guessTrent(wrong);
      while (reply.status !== 429) reply = await guessTrent(wrong);
    }
    const owner = await harness.ask('POST', `${auth}/sign-in`, { body: trent, headers, cookie: device });
    expect(owner.status).toBe(200);
    expect(deviceOf(owner)).toBe(device);
    // The address is known now: strangers there have a count of their own, and the browser keeps its own.
    let reply = await guessTrent('');
    while (reply.status !== 429) reply = await guessTrent('');
    expect((await harness.ask('POST', `${auth}/sign-in`, { body: trent, headers, cookie: device })).status).toBe(200);
    // A device cookie has no effect for another person.
    while ((await guess('')).status !== 429);
    expect((await guess(device)).status).toBe(429);
    // A stolen device cookie is limited, too.
    const tries: number[] = [];
    while (tries.at(-1) !== 429) tries.push((await guessTrent(device)).status);
    expect(tries).toHaveLength(21);
  });

  it('takes as long for an unknown e-mail address as for a known one', async () => {
    const take = async (email: string): Promise<number> => {
      const began = performance.now();
      await harness.ask('POST', `${auth}/sign-in`, { body: { email, password: 'not it at all' } });
      return performance.now() - began;
    };
    // Compared one by one, because the load of the machine changes in between.
    const ratios: number[] = [];
    for (let round = 0; round < 9; round++) {
      const known = await take(ada.email);
      ratios.push((await take('nobody@example.com')) / known);
    }
    const ratio = ratios.sort((a, b) => a - b)[4] ?? 0;
    // Without checking a password for the unknown address it would be a tenth.
    expect(ratio).toBeGreaterThan(1 / 2);
    expect(ratio).toBeLessThan(2);
  });

  it('refuses a disabled account', async () => {
    const eve = await harness.signUp('eve');
    expect((await harness.ask('GET', `${auth}/me`, { token: eve.token })).status).toBe(200);
    await harness.database.run(`UPDATE users SET disabled_at = now() WHERE email = '${eve.email}'`);
    const reply = await harness.ask('POST', `${auth}/sign-in`, { body: { email: eve.email, password } });
    expect(reply.status).toBe(401);
  });
});

describe('a session of a browser', () => {
  it('rotates its refresh secret', async () => {
    const first = cookiesOf(await signIn());
    const reply = await refresh(first.refresh);
    expect(reply.status).toBe(200);
    const second = cookiesOf(reply);
    expect(second.refresh).not.toBe(first.refresh);
    expect((await me(second.access)).status).toBe(200);
    expect((await refresh(second.refresh)).status).toBe(200);
  });

  it('lets two tabs refresh at the same time: both get the same successor', async () => {
    const first = cookiesOf(await signIn());
    const [one, other] = await Promise.all([refresh(first.refresh), refresh(first.refresh)]);
    expect([one.status, other.status]).toEqual([200, 200]);
    expect(cookiesOf(one).refresh).toBe(cookiesOf(other).refresh);
    expect((await refresh(cookiesOf(one).refresh)).status).toBe(200);
  });

  it('ends completely when an old refresh secret is used again', async () => {
    const first = cookiesOf(await signIn());
    const second = cookiesOf(await refresh(first.refresh));
    const third = cookiesOf(await refresh(second.refresh));
    const stolen = await refresh(first.refresh);
    expect(stolen.status).toBe(401);
    expect((await refresh(third.refresh)).status).toBe(401);
    expect((await me(third.access)).status).toBe(401);
  });

  it('ends when the previous secret is used again later than a race could explain', async () => {
    const first = cookiesOf(await signIn());
    const second = cookiesOf(await refresh(first.refresh));
    await harness.database.run(
      "UPDATE browser_sessions SET rotated_at = now() - interval '11 seconds' WHERE generation = 1",
    );
    expect((await refresh(first.refresh)).status).toBe(401);
    expect((await refresh(second.refresh)).status).toBe(401);
  });

  it('refuses a refresh secret that was tampered with', async () => {
    const { refresh: cookie } = cookiesOf(await signIn());
    const [name = '', value = ''] = cookie.split(/=(.*)/);
    const [id = '', , mac = ''] = value.split('.');
    for (const forged of [
      `${id}.1.${mac}`,
      `${id}.00.${mac}`,
      `${id.toUpperCase()}.0.${mac}`,
      ...otherSpellings(mac).map((other) => `${id}.0.${other}`),
      `${id}.0.${mac}=`,
      `${id}.0.`,
      'x',
      `${value}; ${name}=${value}`,
    ].filter((forged) => forged !== value))
      expect((await refresh(`${name}=${forged}`)).status, forged).toBe(401);
    expect((await refresh(cookie)).status).toBe(200);
  });

  it('ends at sign-out, which clears its cookies', async () => {
    const cookies = cookiesOf(await signIn());
    const reply = await harness.ask('POST', `${auth}/sign-out`, {
      cookie: cookies.access,
      headers: { origin: harness.origin },
    });
    expect(reply.status).toBe(204);
    expect((reply.headers['set-cookie'] as string[]).every((line) => line.includes('Max-Age=0'))).toBe(true);
    expect((await me(cookies.access)).status).toBe(401);
    expect((await refresh(cookies.refresh)).status).toBe(401);
  });

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['an opaque origin', { origin: 'null' }],
    ['a host that begins like ours', { origin: 'https://localhost.evil.example' }],
    ['our host on another port', { origin: 'https://localhost:1' }],
    ['plain HTTP', { origin: 'http://localhost' }],
    ['another site, without Origin', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling', { 'sec-fetch-site': 'same-site' }],
    ['an unknown origin', {}],
  ])('refuses changes from %s', async (_, headers) => {
    const cookies = cookiesOf(await signIn());
    const path = `/api/v1/organizations/${ada.slug}/clusters`;
    const reply = await harness.ask('POST', path, { cookie: cookies.access, headers, body: { name: 'csrf' } });
    expect(reply).toMatchObject({ status: 403, json: { error: { code: 'csrf-refused' } } });
    expect((await harness.ask('POST', `${auth}/refresh`, { cookie: cookies.refresh, headers })).status).toBe(403);
    expect((await harness.ask('POST', `${auth}/sign-out`, { cookie: cookies.access, headers })).status).toBe(403);
    expect((await me(cookies.access)).status).toBe(200);
  });

  it.each<Record<string, string>>([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
  ])('refuses a sign-in from another site (%j)', async (headers) => {
    const reply = await harness.ask('POST', `${auth}/sign-in`, { body: { email: ada.email, password }, headers });
    expect(reply.status).toBe(403);
    expect(reply.headers['set-cookie']).toBeUndefined();
  });
});

describe('a signed token', () => {
  const part = (value: object | string): string =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
  const forge = (header: object, payload: object, key: string | Buffer): string => {
    const text = `${part(header)}.${part(payload)}`;
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  };

  it('is refused with any other algorithm, key, audience or place', async () => {
    const { access } = cookiesOf(await signIn());
    const token = access.split('=')[1] ?? '';
    const [header = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const later = { ...claims, exp: claims.exp + 1_000 };
    const jwk = { kty: 'oct', k: randomBytes(32).toString('base64url') };
    const forgeries = [
      `${part({ alg: 'none', typ: 'JWT' })}.${payload}.`,
      `${part({ alg: 'none', typ: 'JWT' })}.${payload}.${signature}`,
      `${part({ alg: 'HS512', typ: 'JWT' })}.${payload}.${signature}`,
      `${header}.${part(later)}.${signature}`,
      `${header}.${payload}.`,
      ...otherSpellings(signature).map((other) => `${header}.${payload}.${other}`),
      `${header}.${payload}.${signature}=`,
      `${header}.${payload}`,
      forge({ alg: 'HS256' }, later, ''),
      forge({ alg: 'HS256' }, later, harness.caPem),
      forge({ alg: 'HS256', jwk }, later, Buffer.from(jwk.k, 'base64url')),
      forge({ alg: 'HS256', kid: '../../../dev/null' }, later, ''),
      forge({ alg: 'RS256' }, later, harness.caPem),
    ];
    for (const forged of forgeries) {
      expect((await me(`__Host-postern_access=${forged}`)).status, forged).toBe(401);
      expect((await harness.ask('GET', `${auth}/me`, { token: forged })).status, forged).toBe(401);
    }
    // The token of the cookie is not valid as a bearer token or from elsewhere, nor if the cookie is there twice.
    expect((await harness.ask('GET', `${auth}/me`, { token })).status).toBe(401);
    expect((await harness.ask('GET', `${auth}/me?token=${token}&access_token=${token}`)).status).toBe(401);
    expect((await me(`postern_access=${token}`)).status).toBe(401);
    expect((await me(`${access}; ${access}`)).status).toBe(401);
    expect((await me(access)).status).toBe(200);
  });

  it('is ignored if there is an invalid Authorization header', async () => {
    const { access } = cookiesOf(await signIn());
    for (const authorization of ['Bearer wrong', 'Basic YTpi', 'Bearer', ''])
      expect((await harness.ask('GET', `${auth}/me`, { cookie: access, headers: { authorization } })).status).toBe(401);
  });
});

describe('an API token', () => {
  const tokens = (): string => `/api/v1/organizations/${ada.slug}/tokens`;

  it('is shown once, listed without its secret, and refused once revoked', async () => {
    const created = await harness.ask('POST', tokens(), {
      token: ada.token,
      body: { name: 'ci', expiresInSeconds: 600 },
    });
    const { token, secret } = created.json;
    expect(secret.split('_').at(2) === undefined).toBe(false);
    const listed = await harness.ask('GET', tokens(), { token: secret });
    expect(listed.json.items.map(({ id }: { id: string }) => id)).toContain(token.id);
    expect(listed.text).not.toContain(secret.slice(-20));
    const stored = await harness.database.run(
      `SELECT encode(secret_hash, 'hex') AS h FROM api_tokens WHERE id = '${token.id}'`,
    );
    expect(stored.rows[0].h).toMatch(/^[0-9a-f]{64}$/);
    expect((await harness.ask('DELETE', `${tokens()}/${token.id}`, { token: ada.token })).status).toBe(204);
    expect((await harness.ask('GET', tokens(), { token: secret })).status).toBe(401);
    expect((await harness.ask('DELETE', `${tokens()}/${token.id}`, { token: ada.token })).status).toBe(404);
  });

  it('does not outlive the token that created it', async () => {
    const short = await harness.ask('POST', tokens(), { token: ada.token, body: { name: 'a', expiresInSeconds: 60 } });
    const long = await harness.ask('POST', tokens(), {
      token: short.json.secret,
      body: { name: 'b', expiresInSeconds: 31_536_000 },
    });
    expect(long.json.token.expiresAt).toBe(short.json.token.expiresAt);
  });

  it('is refused if a character, its id or its format differs, and after it has expired', async () => {
    const created = await harness.ask('POST', tokens(), { token: ada.token, body: { name: 'x' } });
    const secret: string = created.json.secret;
    const other = ada.token.split('_');
    const mine = secret.split('_');
    const wrong = [
      ...otherSpellings(secret),
      secret.slice(0, -1),
      `${secret}A`,
      `postern_${other[1]}_${mine.slice(2).join('_')}`,
      secret.replace('postern_', 'postern_join_'),
      secret.toUpperCase(),
    ];
    for (const token of wrong) expect((await harness.ask('GET', tokens(), { token })).status, token).toBe(401);
    expect((await harness.ask('GET', tokens(), { token: secret })).status).toBe(200);
    await harness.database.run(`UPDATE api_tokens SET expires_at = now() WHERE id = '${created.json.token.id}'`);
    const expired = async () => expect((await harness.ask('GET', tokens(), { token: secret })).status).toBe(401);
    await vi.waitFor(expired, 10_000);
  });

  it('never reaches the log', () => {
    const all = harness.log.join('');
    expect(all).toContain('/api/v1/auth/me');
    expect(all).not.toContain(ada.token.slice(-30));
    expect(all).not.toContain(password);
  });
});
