import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { ApiError, ConnectionError, createClient } from './index.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A server that sends the same response to every request, and records the requests. */
async function answering(status: number, body: string, headers: Record<string, string> = {}) {
  const seen: { request: IncomingMessage; body: string }[] = [];
  const server = createServer(async (request, response) => {
    seen.push({ request, body: (await request.toArray()).join('') });
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections());
  closers.push(close);
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, close };
}

it('fills in and encodes the path, and sends token and body', async () => {
  const { baseUrl, seen } = await answering(201, '{"ok":true}');
  const client = createClient({ baseUrl, token: 'secret' });
  await client.call('createKubeconfig', { params: { organization: 'a/b', cluster: 'c' }, body: { mode: 'exec' } });
  expect(seen[0]?.request.method).toBe('POST');
  expect(seen[0]?.request.url).toBe('/api/v1/organizations/a%2Fb/clusters/c/kubeconfig');
  expect(seen[0]?.request.headers.authorization).toBe('Bearer secret');
  expect(seen[0]?.body).toBe('{"mode":"exec"}');
});

it('omits undefined values from the query', async () => {
  const { baseUrl, seen } = await answering(200, '{"items":[],"nextCursor":null}');
  await createClient({ baseUrl }).call('listSessions', {
    params: { organization: 'a' },
    query: { kind: 'exec', cursor: undefined },
  });
  expect(seen[0]?.request.url).toBe('/api/v1/organizations/a/sessions?kind=exec');
});

it('returns undefined for 204', async () => {
  const { baseUrl } = await answering(204, '');
  expect(await createClient({ baseUrl }).call('signOut', {})).toBeUndefined();
});

it('throws the gateway’s error with fields and Retry-After', async () => {
  const body = { error: { code: 'invalid-request', message: 'No.', fields: [{ path: 'name', message: 'taken' }] } };
  const { baseUrl } = await answering(400, JSON.stringify(body), { 'retry-after': '7' });
  const error = await createClient({ baseUrl })
    .call('getMe', {})
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({
    status: 400,
    code: 'invalid-request',
    message: 'No.',
    fields: body.error.fields,
    retryAfterSeconds: 7,
  });
});

it('turns the error page of a proxy into a readable error', async () => {
  const { baseUrl } = await answering(502, '<html>Bad gateway</html>');
  await expect(createClient({ baseUrl }).call('getMe', {})).rejects.toMatchObject({ code: 'unavailable', status: 502 });
});

it('throws ConnectionError if the gateway cannot be reached', async () => {
  const { baseUrl, close } = await answering(200, '{}');
  await close();
  await expect(createClient({ baseUrl }).call('getMe', {})).rejects.toBeInstanceOf(ConnectionError);
});
