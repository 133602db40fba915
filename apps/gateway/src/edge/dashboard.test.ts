import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type RequestListener, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { turns, useLeakCheck } from '@postern/testkit';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { contentSecurityPolicy, inlineScriptHashes, ownHosts } from './content-security-policy.ts';
import { createDashboardProxy } from './dashboard.ts';

useLeakCheck();

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listen(listener: RequestListener): Promise<URL> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

/** The proxy alone, and the lines that it logs. */
async function start(url: URL | undefined): Promise<{ proxy: URL; logged: Record<string, unknown>[] }> {
  const logged: Record<string, unknown>[] = [];
  const logger = pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const proxy = await listen(createDashboardProxy({ url, publicOrigin: 'https://gateway.example', logger }));
  return { proxy, logged };
}

async function open(url: URL, path: string, method = 'GET'): Promise<IncomingMessage> {
  const [response] = await once(request(new URL(path, url), { method, agent: false }).end(), 'response');
  return response;
}

async function ask(
  url: URL,
  path: string,
  method?: string,
): Promise<{ status: number | undefined; headers: IncomingHttpHeaders; body: string }> {
  const response = await open(url, path, method);
  let body = '';
  for await (const part of response) body += part;
  return { status: response.statusCode, headers: response.headers, body };
}

const policyOf = (proxy: URL, scripts: string[]): string =>
  contentSecurityPolicy({ hosts: ownHosts({ host: proxy.host }, 'https://gateway.example'), scripts });

it('says that there is no dashboard if there is none', async () => {
  const { proxy } = await start(undefined);
  for (const path of ['/', '/_next/static/a.js'])
    expect(await ask(proxy, path)).toMatchObject({ status: 404, body: 'This gateway has no dashboard.\n' });
});

it('says which methods there are', async () => {
  const { proxy } = await start(undefined);
  expect(await ask(proxy, '/', 'POST')).toMatchObject({
    status: 405,
    headers: { allow: 'GET, HEAD' },
    body: 'This path accepts only GET and HEAD.\n',
  });
});

it('logs why the dashboard cannot be reached', async () => {
  const url = await listen(() => {});
  for (const close of closing.splice(0)) close();
  const { proxy, logged } = await start(url);
  expect(await ask(proxy, '/')).toMatchObject({
    status: 503,
    body: 'The dashboard is not running yet. Reload in a few seconds.\n',
  });
  expect(logged).toMatchObject([{ level: 40, error: expect.stringContaining('ECONNREFUSED') }]);
});

describe('an answer without a body', () => {
  it.each([
    ['HEAD', 200, '4711'],
    ['HEAD', 304, '4711'],
    ['GET', 204, undefined],
    ['GET', 304, undefined],
  ])('to %s with status %i has the length %s', async (method, status, length) => {
    const seen: (string | undefined)[] = [];
    const url = await listen((asked, response) => {
      seen.push(asked.method, asked.url);
      const headers = {
        'content-type': 'text/html',
        etag: '"x"',
        ...(status === 204 ? {} : { 'content-length': 4711 }),
      };
      response.writeHead(status, headers).end();
    });
    const { proxy } = await start(url);
    const answer = await ask(proxy, '/acme?a=b', method);
    expect(seen).toEqual([method, '/acme?a=b']);
    expect(answer).toMatchObject({ status, body: '', headers: { etag: '"x"', 'x-frame-options': 'DENY' } });
    expect(answer.headers['content-length']).toBe(length);
  });

  it('states no length that the dashboard does not state', async () => {
    const url = await listen((_request, response) => void response.writeHead(200, { 'content-type': 'x/y' }).end());
    const { proxy } = await start(url);
    const { headers } = await ask(proxy, '/', 'HEAD');
    expect(headers['content-length']).toBeUndefined();
    expect(headers['x-frame-options']).toBeUndefined();
  });
});

it.each([
  ['text/html; charset=utf-8', { 'cache-control': 'no-store', 'x-frame-options': 'DENY' }],
  ['text/x-component; charset=utf-8', { 'cache-control': 'no-store', 'x-frame-options': undefined }],
  ['image/svg+xml', { 'cache-control': 'max-age=60', 'x-frame-options': undefined }],
  [undefined, { 'cache-control': 'max-age=60', 'x-frame-options': undefined }],
])('lets nobody store or frame a page, and leaves others as they are (%s)', async (type, expected) => {
  const url = await listen((_request, response) => {
    response.setHeader('cache-control', 'max-age=60');
    response.setHeader('x-powered-by', 'y');
    if (type !== undefined) response.setHeader('content-type', type);
    response.end('<script>1</script>');
  });
  const { proxy } = await start(url);
  const { status, headers, body } = await ask(proxy, '/a');
  expect([status, body, headers['content-type'], headers['content-length']]).toEqual([
    200,
    '<script>1</script>',
    type,
    '18',
  ]);
  const { 'cache-control': cache, 'x-frame-options': frame, 'x-powered-by': other } = headers;
  expect({ 'cache-control': cache, 'x-frame-options': frame, other }).toEqual({ ...expected, other: undefined });
  const scripts = type?.startsWith('text/html') ? inlineScriptHashes(body) : [];
  expect(headers['content-security-policy']).toBe(policyOf(proxy, scripts));
});

describe('a page', () => {
  const page = `<p>${'hello '.repeat(2_000)}</p>`;

  /** @returns what a client gets that accepts these codings. */
  async function get(
    accepted: string,
    { body = page, method = 'GET', ...headers }: Record<string, string> = {},
  ): Promise<{ headers: IncomingHttpHeaders; body: Buffer }> {
    const url = await listen((_request, response) => {
      for (const [name, value] of Object.entries({ 'content-type': 'text/html', etag: '"x"', vary: 'rsc', ...headers }))
        response.setHeader(name, value);
      response.setHeader('content-length', body.length);
      response.end(body);
    });
    const { proxy } = await start(url);
    const options = { method, agent: false, headers: { 'accept-encoding': accepted } };
    const [response] = await once(request(proxy, options).end(), 'response');
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part);
    return { headers: response.headers, body: Buffer.concat(parts) };
  }

  it.each([
    ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
  ])('is compressed for a client that accepts %s', async (accepted, coding, decompress) => {
    const { headers, body } = await get(accepted);
    expect(headers).toMatchObject({
      'content-encoding': coding,
      'content-length': String(body.byteLength),
      vary: 'rsc, accept-encoding',
      etag: 'W/"x"',
    });
    expect(body.byteLength).toBeLessThan(200);
    expect(decompress(body).toString()).toBe(page);
    const head = await get(accepted, { method: 'HEAD' });
    expect([head.headers['content-encoding'], head.headers['content-length']]).toEqual([coding, undefined]);
  });

  it.each([
    ['for a client that accepts none', '', {}],
    ['if it is short', 'br', { body: 'x'.repeat(1_023) }],
    ['if it is a picture', 'br', { 'content-type': 'image/png' }],
    ['if it is a range', 'br', { 'content-range': 'bytes 0-1/2' }],
    ['if it is compressed already', 'br', { 'content-encoding': 'gzip' }],
  ])('is not compressed %s', async (_, accepted, options: Record<string, string>) => {
    const { headers, body } = await get(accepted, options);
    expect(body.toString()).toBe(options['body'] ?? page);
    expect([headers['content-encoding'], headers.etag, headers.vary]).toEqual([
      options['content-encoding'],
      '"x"',
      'rsc',
    ]);
  });
});

it('fetches an asset once, without the headers of who asks first, and lets it run no script of its own', async () => {
  const seen: unknown[] = [];
  const url = await listen((asked, response) => {
    seen.push([asked.method, asked.headers]);
    response.setHeader('cache-control', 'immutable').end('1');
  });
  const { proxy } = await start(url);
  for (const method of ['HEAD', 'GET']) {
    const { status, headers } = await ask(proxy, '/_next/static/a.js', method);
    expect([status, headers['content-security-policy']]).toEqual([200, policyOf(proxy, [])]);
  }
  expect(seen).toEqual([['GET', { host: url.host, connection: 'keep-alive' }]]);
});

it('asks for nothing more, and logs nothing, when the client has left', async () => {
  const { promise, resolve } = Promise.withResolvers<IncomingMessage>();
  const url = await listen(resolve);
  const { proxy, logged } = await start(url);
  const leaving = request(proxy, { agent: false }).on('error', () => {});
  leaving.end();
  const asked = await promise;
  leaving.destroy();
  await once(asked.socket, 'close');
  await turns(10);
  expect(logged).toEqual([]);
});

it('holds at most 16 MiB of pages for one address, until they were read', async () => {
  const url = await listen((_request, response) => void response.end(Buffer.alloc(16 * 1024 * 1024)));
  const { proxy } = await start(url);
  const unread = await open(proxy, '/first');
  const { status, headers, body } = await ask(proxy, '/second');
  expect([status, headers['retry-after'], body]).toEqual([
    503,
    '1',
    'Too many pages are waiting to be read. Try again in a second.\n',
  ]);
  await once(unread.resume(), 'close');
  // The room is free once the proxy, too, has seen the response end.
  let third = await open(proxy, '/third');
  while (third.statusCode === 503) third = await open(proxy, '/third');
  third.destroy();
});
