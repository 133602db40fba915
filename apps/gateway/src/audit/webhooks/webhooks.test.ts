import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { until } from '@postern/testkit';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GatewayHarness, type Person, startGatewayHarness } from '../../test/gateway-harness.ts';
import { ReachableNetworks } from './reachable.ts';

interface Received {
  headers: Record<string, string>;
  body: string;
}

let harness: GatewayHarness;
let ada: Person;
let url: string;
let received: Received[];
let status: number;

const server = createServer(async (request, response) => {
  received.push({ headers: request.headers as Record<string, string>, body: await text(request) });
  response.writeHead(status, { location: 'https://example.com/' }).end('x'.repeat(100_000));
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=canary`;
  harness = await startGatewayHarness({ POSTERN_WEBHOOK_NETWORKS: '127.0.0.0/8' });
  ada = await harness.signUp('ada');
});
afterAll(async () => {
  await harness.stop();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  received = [];
  status = 204;
});

const ask = (method: string, path: string, body?: unknown) =>
  harness.ask(method, `/api/v1/organizations/ada${path}`, { token: ada.token, body });

describe('a webhook', () => {
  it('gets every new entry, in order, signed; goes on after failures where it stopped; and says how it does', async () => {
    const { json } = await ask('POST', '/audit/webhooks', { url });
    expect(json).toMatchObject({ webhook: { url, failingSince: null }, key: expect.stringMatching(/^whsec_/) });
    await harness.createCluster(ada, 'one');
    await until(() => received.some(({ body }) => body.includes('"cluster.create"')));
    for (const { headers, body } of received)
      new Webhook(json.key).verify(body, headers, { jsonParse: false } as never);
    const wrong = Buffer.alloc(32).toString('base64');
    expect(() => new Webhook(wrong).verify(received[0]?.body ?? '', received[0]?.headers ?? {})).toThrow();

    status = 500;
    await harness.createCluster(ada, 'two');
    const failing = await until(async () => {
      const [webhook] = (await ask('GET', '/audit/webhooks')).json.items;
      return webhook.failingSince === null ? undefined : webhook;
    });
    expect(failing).toMatchObject({ lastError: 'The answer was 500.', waiting: expect.any(Number) });
    expect(failing.waiting).toBeGreaterThan(0);
    status = 200;
    // Now, not after the pause.
    await harness.database.run('UPDATE audit_webhooks SET next_attempt_at = now()');
    await until(async () => (await ask('GET', '/audit/webhooks')).json.items[0].waiting === 0);
    const lines = received.flatMap(({ body }) =>
      body
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).seq as number),
    );
    const [first = 0] = lines;
    const distinct = [...new Set(lines)];
    expect(distinct).toEqual(distinct.map((_, index) => first + index));

    const tested = await ask('POST', `/audit/webhooks/${json.webhook.id}/test`);
    expect(tested.json).toMatchObject({ delivered: true, status: 200 });
    status = 302;
    expect((await ask('POST', `/audit/webhooks/${json.webhook.id}/test`)).json).toMatchObject({
      delivered: false,
      status: 302,
    });
    expect((await ask('DELETE', `/audit/webhooks/${json.webhook.id}`)).status).toBe(204);
    expect((await ask('DELETE', `/audit/webhooks/${json.webhook.id}`)).status).toBe(404);
    const { text: trail } = await ask('GET', '/audit/export');
    expect(trail).toContain('audit-webhook.create');
    expect(trail).not.toContain('canary');
    expect(trail).not.toContain('whsec_');
  });

  it('is refused for an address that is not public, and for another scheme', async () => {
    for (const bad of ['http://192.0.2.1/', 'https://169.254.169.254/latest', 'https://[::1]/', 'https://10.0.0.1/'])
      expect((await ask('POST', '/audit/webhooks', { url: bad })).status, bad).toBe(400);
    for (const bad of ['ftp://example.com/', 'file:///etc/passwd', 'https://user:pass@example.com/', 'x'])
      expect((await ask('POST', '/audit/webhooks', { url: bad })).status, bad).toBe(400);
  });
});

describe('the networks that may be reached', () => {
  const networks = new ReachableNetworks(['10.1.0.0/16']);
  const isAllowed = (address: string): boolean => {
    try {
      networks.check(new URL(address));
      return true;
    } catch {
      return false;
    }
  };

  it('are the public ones, and those that the operator named', () => {
    for (const url of ['https://93.184.215.14/', 'https://[2606:4700::1111]/', 'https://10.1.2.3/', 'http://10.1.2.3/'])
      expect(isAllowed(url), url).toBe(true);
    for (const host of [
      '127.0.0.1',
      '0.0.0.0',
      '10.2.0.1',
      '100.64.0.1',
      '169.254.169.254',
      '172.16.0.1',
      '192.168.1.1',
      '192.0.0.192',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '0x7f.1',
      '2130706433',
      '[::]',
      '[::1]',
      '[fe80::1]',
      '[fd00::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:a9fe:a9fe]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      '[2001:0:7f00:1::]',
      '[ff02::1]',
    ])
      expect(isAllowed(`https://${host}/`), host).toBe(false);
    expect(isAllowed('http://93.184.215.14/')).toBe(false);
  });

  it('are those of the addresses that a name has at the moment of the request', async () => {
    const lookup = networks.lookupFor(new URL('https://localhost/'));
    const error = await new Promise((resolve) => lookup('localhost', { all: true }, (failure) => resolve(failure)));
    expect(error).toMatchObject({ name: 'UnreachableByPolicyError' });
  });
});
