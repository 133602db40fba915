import { type Route, routes } from '@postern/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayHarness, type Person, startGatewayHarness } from '../test/gateway-harness.ts';
import { routePath } from '../test/route-path.ts';

let harness: GatewayHarness;
let ada: Person;
let joinToken: string;

beforeAll(async () => {
  harness = await startGatewayHarness();
  ada = await harness.signUp('ada');
  ({
    joining: { joinToken },
  } = await harness.createCluster(ada, 'prod'));
});
afterAll(() => harness.stop());

const withBody = Object.entries<Route>(routes).filter(([, { body }]) => body !== undefined);

function ask(route: Route, body: unknown, headers: Record<string, string> = {}) {
  const path = routePath(route, { organization: 'ada', cluster: 'prod' });
  const token = route.access === 'join-token' ? joinToken : route.access === 'public' ? undefined : ada.token;
  return harness.ask(route.method, path, { token, body, headers });
}

describe.each(withBody)('the body of %s', (_, route) => {
  it.each<[string, unknown, number]>([
    ['truncated JSON', '{"name": "x', 400],
    ['not JSON', 'name=x', 400],
    ['a list', [], 400],
    ['a string', '"x"', 400],
    ['a number', '7', 400],
    ['a prototype', '{"__proto__": {"name": "x"}}', 400],
    ['a constructor', '{"constructor": {"prototype": {"name": "x"}}}', 400],
    ['an operator', { name: { not: '' }, email: { not: '' }, publicKey: { not: '' } }, 400],
    ['an unknown field', { surprise: true }, 400],
    ['too large', { name: 'x'.repeat(70_000) }, 413],
  ])('is refused: %s', async (_kind, body, status) => {
    const reply = await ask(route, body);
    expect(reply.status).toBe(status);
    expect(reply.json.error.message).not.toMatch(/ at |node_modules|\.ts:/);
    expect(reply.json.error.requestId).toBe(reply.headers['x-request-id']);
  });

  it('is refused with any content type but JSON', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
    ])
      expect((await ask(route, '{}', { 'content-type': type })).status).toBe(415);
  });

  it('is refused with the name of each wrong field', async () => {
    const reply = await ask(route, { surprise: true });
    expect(reply.json.error.fields).toContainEqual({ path: 'surprise', message: 'Unknown field' });
  });

  it('never makes the gateway fail, whatever it contains', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 3 }), async (body) => {
        const { status } = await ask(route, body);
        expect([200, 201, 204, 400, 401, 404, 409, 410, 429]).toContain(status);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a field', () => {
  it.each([
    'Prod',
    '-prod',
    'prod-',
    'pr_od',
    'pr od',
    'a'.repeat(64),
    '',
    'prod\nexec: x',
    'prod/../x',
    'pröd',
    'prod\u0000',
  ])('refuses the cluster name %j', async (name) => {
    const reply = await harness.ask('POST', '/api/v1/organizations/ada/clusters', { token: ada.token, body: { name } });
    expect(reply).toMatchObject({ status: 400, json: { error: { fields: [{ path: 'name' }] } } });
  });

  it('refuses a name that is taken, and accepts it again after deletion', async () => {
    const create = () =>
      harness.ask('POST', '/api/v1/organizations/ada/clusters', { token: ada.token, body: { name: 'twice' } });
    expect((await create()).status).toBe(201);
    expect(await create()).toMatchObject({ status: 409, json: { error: { fields: [{ path: 'name' }] } } });
    await harness.ask('DELETE', '/api/v1/organizations/ada/clusters/twice', { token: ada.token });
    expect((await create()).status).toBe(201);
  });

  it('refuses labels that Kubernetes would refuse', async () => {
    const path = '/api/v1/organizations/ada/clusters/prod';
    for (const labels of [{ '': 'x' }, { 'a b': 'x' }, { a: 'x'.repeat(64) }, { a: 1 }, null, [], 'x'])
      expect((await harness.ask('PATCH', path, { token: ada.token, body: { labels } })).status).toBe(400);
    const kept = await harness.ask('PATCH', path, { token: ada.token, body: { labels: { team: 'core' } } });
    expect(kept).toMatchObject({ status: 200, json: { labels: { team: 'core' } } });
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=x',
    'cursor=!!',
    'cursor=AAAA',
    'cluster=x',
    'kind=x',
    'active=x',
    'x=1',
    'kind=exec&kind=exec',
  ])('refuses the query %s', async (query) => {
    const reply = await harness.ask('GET', `/api/v1/organizations/ada/sessions?${query}`, { token: ada.token });
    expect(reply.status).toBe(400);
    expect(reply.json.error.fields).toHaveLength(1);
  });
});

describe('a response', () => {
  it('is JSON for an unknown path, and never stored', async () => {
    for (const path of [
      '/api',
      '/api/',
      '/api/v1',
      '/api/v1/nothing',
      '/api/v2/auth/me',
      '/api/v1/auth/me/',
      '/api/v1/%2e%2e/x',
    ]) {
      const reply = await harness.ask('GET', path, { token: ada.token });
      expect([path, reply.status, reply.json.error.code]).toEqual([path, 404, 'not-found']);
      expect(reply.headers['cache-control']).toBe('no-store');
    }
    expect((await harness.ask('PUT', '/api/v1/auth/me', { token: ada.token })).status).toBe(404);
  });

  it.each(['%', '%%', '%2', '%zz', '%E0%A4%A', '%ff', '%C0%AE', '%ED%A0%80', '%00', 'a%0d%0ab', '%7F', '%1b%5b'])(
    'is 400 in the usual format for the escape %s, wherever it is in the path',
    async (malformed) => {
      const paths = [
        `/api/${malformed}`,
        `/api/v1/${malformed}`,
        `/api/v1/organizations/${malformed}/clusters`,
        `/api/v1/organizations/ada/clusters/${malformed}`,
        `/api/docs/${malformed}`,
      ];
      for (const path of paths) {
        const reply = await harness.ask('GET', path, { token: ada.token });
        expect([path, reply.status, reply.json.error.code]).toEqual([path, 400, 'invalid-request']);
        expect(reply.headers['content-type']).toMatch(/^application\/json/);
      }
      const query = await harness.ask('GET', `/api/v1/organizations/ada/sessions?kind=${malformed}`, {
        token: ada.token,
      });
      expect(query.status).toBe(400);
      expect((await harness.ask('GET', `/${malformed}`)).status).toBe(400);
    },
  );

  it("carries the caller's request id if it is harmless, otherwise a new one", async () => {
    const idOf = async (id: string) =>
      (await harness.ask('GET', '/api/v1/meta', { headers: { 'x-request-id': id } })).headers['x-request-id'];
    expect(await idOf('my-request.1')).toBe('my-request.1');
    expect(await idOf('a b')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await idOf('x'.repeat(129))).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('says only what a client must know before it signs in', async () => {
    const { json, headers } = await harness.ask('GET', '/api/v1/meta');
    expect(json).toEqual({
      version: '0.1.0',
      publicUrl: harness.origin,
      caCertificate: harness.caPem,
      local: false,
      setupCodeRequired: false,
    });
    expect(headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers['x-powered-by'] ?? headers['server']).toBeUndefined();
  });

  it('lets no name break a log line or a kubeconfig', async () => {
    const organization = 'a: {b}\u2028 "exec:" #';
    const body = { email: 'yaml@example.com', password: 'long enough pw', organization };
    const reply = await harness.ask('POST', '/api/v1/auth/sign-up', {
      body: { ...body, token: { name: 't\u2029', expiresInSeconds: 60 } },
    });
    expect(reply.status).toBe(400);
    expect(harness.log.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
  });
});
