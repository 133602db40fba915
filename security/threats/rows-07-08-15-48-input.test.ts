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

const post = (path: string, body: unknown, token = owner.token): Promise<Reply> =>
  gateway.ask('POST', `/api/v1${path}`, { token, body });

describe('threat 7: e-mail addresses that are read in two ways', () => {
  const odd = [
    'owner@evil.example@example.com',
    'owner@example.com@evil.example',
    '"owner@example.com"@evil.example',
    'owner@example.com\n@evil.example',
    'owner@example.com\u0000',
    'owner@example.com,evil@evil.example',
    'owner@example.com;evil@evil.example',
    'owner@example.com <evil@evil.example>',
    'owner@examp\u2113e.com',
    '\u043ewner@example.com',
    'owner@\uff45xample.com',
    'ow\u00adner@example.com',
    'owner@example.com\u200b',
    'owner%40example.com@evil.example@',
    'owner@',
    '@example.com',
    'owner',
  ];
  it.each(odd)('threat 7: %j is no address to sign up with or to invite', async (email) => {
    const body = { email, password, organization: 'x', token: { name: 't', expiresInSeconds: 60 } };
    expect((await gateway.ask('POST', '/api/v1/auth/sign-up', { body })).status).toBe(400);
    expect((await post(`/organizations/${owner.slug}/invitations`, { email })).status).toBe(400);
  });

  it.each([' owner@example.com', 'OWNER@example.com', 'Owner@EXAMPLE.COM '])(
    'threat 7: %j is the account that exists',
    async (email) => {
      const body = { email, password, organization: 'x', token: { name: 't', expiresInSeconds: 60 } };
      expect((await gateway.ask('POST', '/api/v1/auth/sign-up', { body })).status).toBe(409);
    },
  );
});

describe('threat 8: invitations of others', () => {
  let counter = 0;
  const invitation = async (role = 'member'): Promise<{ guest: Person; secret: string; id: string }> => {
    const guest = await gateway.signUp(`guest-${++counter}`);
    const made = await post(`/organizations/${owner.slug}/invitations`, { email: guest.email, role });
    return { guest, secret: new URL(made.json.link).hash.slice(1), id: made.json.invitation.id };
  };
  const accept = async (token: string, body: object): Promise<number> =>
    (await post('/invitations/accept', body, token)).status;

  it('threat 8: is refused to another e-mail address', async () => {
    const { secret, guest } = await invitation();
    const other = await gateway.signUp('thief');
    expect(await accept(other.token, { secret })).toBe(403);
    expect(await accept(guest.token, { secret })).toBe(200);
  });

  it.each([
    { role: 'owner' },
    { email: 'thief@example.com' },
    { organization: 'owner' },
    { teams: ['ops'] },
    { organizationId: '0190aaaa-0000-7000-8000-00000000ffff' },
  ])('threat 8: cannot be changed by %j', async (more) => {
    const { secret, guest } = await invitation();
    expect(await accept(guest.token, { secret, ...more })).toBe(400);
    expect(await accept(guest.token, { secret })).toBe(200);
    const members = await gateway.ask('GET', `/api/v1/organizations/${owner.slug}/members`, { token: owner.token });
    expect(members.json.items).toContainEqual(
      expect.objectContaining({ email: guest.email, role: 'member', teams: [] }),
    );
  });

  it('threat 8: does not work twice', async () => {
    const { secret, guest } = await invitation();
    expect([await accept(guest.token, { secret }), await accept(guest.token, { secret })]).toEqual([200, 410]);
  });

  it('threat 8: does not work once it was revoked', async () => {
    const { secret, guest, id } = await invitation('admin');
    await gateway.ask('DELETE', `/api/v1/organizations/${owner.slug}/invitations/${id}`, { token: owner.token });
    expect(await accept(guest.token, { secret })).toBe(410);
  });

  it('threat 8: cannot be made by a member', async () => {
    const { secret, guest } = await invitation();
    expect(await accept(guest.token, { secret })).toBe(200);
    expect(
      (await post(`/organizations/${owner.slug}/invitations`, { email: 'x@example.com' }, guest.token)).status,
    ).toBe(403);
  });
});

describe('threat 15: operators in place of values', () => {
  const operators = [
    { not: '' },
    { contains: '' },
    { startsWith: 'a' },
    { in: ['a'] },
    { gt: '' },
    { $ne: null },
    ['a'],
    true,
  ];
  const fields: [string, (value: unknown) => [path: string, body: unknown]][] = [
    ['the e-mail of a sign-in', (value) => ['/auth/sign-in', { email: value, password }]],
    ['the password of a sign-in', (value) => ['/auth/sign-in', { email: 'owner@example.com', password: value }]],
    ['the secret of an invitation', (value) => ['/invitations/read', { secret: value }]],
    ['the secret of a reset', (value) => ['/auth/password', { secret: value, password }]],
    [
      'the cluster of a binding',
      (value) => [`/organizations/owner/access`, { team: 'ops', cluster: value, level: 'viewer' }],
    ],
    ['the name of a token', (value) => ['/organizations/owner/tokens', { name: value }]],
  ];
  const cases = fields.flatMap(([what, make]) =>
    operators.map((value) => [JSON.stringify(value), what, make] as const),
  );

  it.each(cases)('threat 15: %s as %s gets a 400', async (value, _what, make) => {
    const [path, body] = make(JSON.parse(value));
    expect((await post(path, body)).status).toBe(400);
  });

  it.each(['actor[not]=', 'actor[contains]=a', 'cluster[]=prod', 'actor=a&actor=b'])(
    'threat 15: the query ?%s finds no more than the trail of nobody',
    async (query) => {
      const path = `/api/v1/organizations/${owner.slug}/audit?${query}`;
      const reply = await gateway.ask('GET', path, { token: owner.token });
      expect(reply.status).toBe(400);
    },
  );
});

describe('threat 48: requests that another site makes a browser send', () => {
  const sites: [string, (ours: string) => Record<string, string>][] = [
    ['another site', () => ({ origin: 'https://evil.example' })],
    ['the origin null', () => ({ origin: 'null' })],
    ['a host that begins like ours', (ours) => ({ origin: `${ours}.evil.example` })],
    ['our host on another port', () => ({ origin: 'https://localhost:1' })],
    ['our host over plain HTTP', (ours) => ({ origin: ours.replace('https', 'http') })],
    ['our origin with a path', (ours) => ({ origin: `${ours}/` })],
    ['two origins', (ours) => ({ origin: `${ours} https://evil.example` })],
    ['a sibling, without Origin', () => ({ 'sec-fetch-site': 'same-site' })],
    ['another site, without Origin', () => ({ 'sec-fetch-site': 'cross-site' })],
    ['no origin at all', () => ({})],
  ];
  const cookie = async (): Promise<string> => {
    const browser = openBrowser(gateway);
    await browser.post('/auth/sign-in', { email: owner.email, password });
    return String(browser.cookies);
  };

  it.each(sites)('threat 48: a change from %s gets a 403', async (_name, site) => {
    const headers = site(gateway.origin);
    const made = { cookie: await cookie(), headers, body: { name: 'csrf' } };
    expect((await gateway.ask('POST', `/api/v1/organizations/${owner.slug}/clusters`, made)).status).toBe(403);
    const before = product.api.requests.length;
    expect((await gateway.ask('DELETE', `${product.cluster}/api/v1/namespaces/a`, made)).status).toBe(403);
    expect(product.api.requests).toHaveLength(before);
  });

  it.each(sites)('threat 48: a live socket from %s gets a 403', async (_name, site) => {
    const lines = Object.entries(site(gateway.origin)).map(([key, value]) => `${key}: ${value}`);
    const upgrade = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ];
    const head = ['GET /socket.io/?EIO=4&transport=websocket HTTP/1.1', `Host: localhost:${gateway.port}`, ...upgrade];
    expect(await product.raw([...head, `Cookie: ${await cookie()}`, ...lines, '', ''].join('\r\n'))).toMatchObject({
      answer: 403,
      api: [],
    });
  });

  it('threat 48: our own page may', async () => {
    const made = { cookie: await cookie(), headers: { origin: gateway.origin }, body: { name: 'own' } };
    expect((await gateway.ask('POST', `/api/v1/organizations/${owner.slug}/clusters`, made)).status).toBe(201);
  });

  it('threat 48: every cookie of a session is SameSite, Secure and unreadable for scripts', async () => {
    const reply = await gateway.ask('POST', '/api/v1/auth/sign-in', {
      headers: { origin: gateway.origin },
      body: { email: owner.email, password },
    });
    const set = reply.headers['set-cookie'];
    expect(set).toBeInstanceOf(Array);
    for (const line of set as string[]) {
      expect(line).toMatch(/; SameSite=(Strict|Lax)/i);
      expect(line).toMatch(/; Secure/i);
      expect(line).toMatch(/; HttpOnly/i);
    }
  });
});
