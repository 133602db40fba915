import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { turns, until, useLeakCheck } from '@postern/testkit';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type EdgeHarness, startEdgeHarness } from '../test/edge-harness.ts';
import { ByteBudget } from './byte-budget.ts';
import { createDashboardProxy } from './dashboard.ts';
import { assetOf, DashboardAssets } from './dashboard-assets.ts';
import type { UpstreamAnswer } from './dashboard-upstream.ts';
import { FairSlots } from './fair-slots.ts';
import { StaticAnswer } from './static-answer.ts';

useLeakCheck();

const logger = pino({ level: 'silent' });
const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Text that compresses to a quarter, as large as a large script of the dashboard. */
const script = randomBytes(1024 * 1024)
  .toString('hex')
  .replaceAll(/[0-7]/g, 'x');
const page = `<p>${'hello '.repeat(2_000)}</p>`;

/** A dashboard process with assets, pages, and a page that never responds. */
async function start(): Promise<{ harness: EdgeHarness; requested: string[] }> {
  const requested: string[] = [];
  const server = createServer((request, response) => {
    const { url = '' } = request;
    requested.push(url);
    if (url.startsWith('/_next/static/gone')) response.writeHead(404).end();
    else if (url.startsWith('/_next/static/dev')) response.writeHead(200, { 'cache-control': 'no-store' }).end('1');
    else if (url.startsWith('/_next/static/'))
      response
        .writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'public, max-age=31536000, immutable' })
        .end(script);
    else if (url === '/hangs') request.socket.on('error', () => {});
    else response.writeHead(200, { 'content-type': 'text/html' }).end(page);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const publicOrigin = 'https://localhost:1';
  const harness = await startEdgeHarness({
    handlers: { dashboard: createDashboardProxy({ url, publicOrigin, logger }) },
  });
  closing.push(
    () => {
      server.closeAllConnections();
      server.close();
    },
    () => harness.stop(),
  );
  return { harness, requested };
}

async function get(
  { port, cert }: EdgeHarness,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> {
  const request = httpsRequest({ host: 'localhost', port, path, agent: false, headers, ca: cert }).end();
  const [response] = await once(request, 'response');
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) };
}

it('improves the assets that were requested one after the other, once nobody waits for the first', async () => {
  let fetched = 0;
  const assets = new DashboardAssets(async () => {
    const headers = { 'content-type': 'text/javascript', 'cache-control': 'immutable' };
    return { status: 200, headers, body: Buffer.from(`${fetched++} ${script.slice(0, 50_000)}`) };
  }, 0);
  const improving = { now: 0, most: 0, done: 0 };
  const improve = vi.spyOn(StaticAnswer.prototype, 'improve').mockImplementation(async () => {
    improving.most = Math.max(improving.most, ++improving.now);
    await turns();
    improving.now--;
    improving.done++;
  });
  closing.push(() => improve.mockRestore());
  for (const path of ['/_next/static/a.js', '/_next/static/b.js', '/_next/static/c.js']) await assets.get(path, 'a');
  await until(() => improving.done === 3);
  await assets.get('/_next/static/d.js', 'a');
  await until(() => improving.done === 4);
  expect(improving.most).toBe(1);
});

describe('an asset of the build', () => {
  it('is fetched once for any number of clients, and served complete in every encoding', async () => {
    const { harness, requested } = await start();
    const codings = ['identity', 'gzip', 'br', 'gzip, deflate, br', 'br;q=0, gzip', ''];
    const answers = await Promise.all(
      codings.map((coding) => get(harness, '/_next/static/a.js', { 'accept-encoding': coding })),
    );
    expect(answers.map(({ headers }) => headers['content-encoding'])).toEqual([
      undefined,
      'gzip',
      'br',
      'br',
      'gzip',
      undefined,
    ]);
    for (const { body, headers } of answers) {
      const coding = headers['content-encoding'];
      const plain = coding === 'br' ? brotliDecompressSync(body) : coding === 'gzip' ? gunzipSync(body) : body;
      expect(plain.equals(Buffer.from(script))).toBe(true);
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(headers['vary']).toBe('accept-encoding');
      expect(headers['content-security-policy']).toContain("default-src 'none'");
    }
    expect(new Set(answers.map(({ headers }) => headers.etag)).size).toBe(3);
    await get(harness, '/_next/static/a.js?dpl=1');
    expect(requested).toEqual(['/_next/static/a.js']);
  });

  it('is not sent again to a client that has it', async () => {
    const { harness } = await start();
    const first = await get(harness, '/_next/static/a.js', { 'accept-encoding': 'br' });
    for (const tag of [`${first.headers.etag}`, `W/${first.headers.etag}`, `"x", ${first.headers.etag}`, '*']) {
      const again = await get(harness, '/_next/static/a.js', { 'accept-encoding': 'br', 'if-none-match': tag });
      expect([again.status, again.body.byteLength]).toEqual([304, 0]);
    }
    const other = await get(harness, '/_next/static/a.js', { 'if-none-match': `${first.headers.etag}` });
    expect(other.status).toBe(200);
  });

  it('is not cached when it is missing or may change', async () => {
    const { harness, requested } = await start();
    for (const path of ['/_next/static/gone.js', '/_next/static/dev.js']) {
      await get(harness, path);
      await get(harness, path);
      expect(requested.filter((url) => url === path)).toHaveLength(2);
    }
  });

  it.each([
    '/_next/static/../x',
    '/_next/static/a/..',
    '/_next/static/%2e%2e/x',
    '/_next/static/.%2E/x',
    '/_next/data/x',
    '/_next/static/',
    '/',
  ])('does not have the path %s', (target) => expect(assetOf(target)).toBeUndefined());
});

describe('the cache of assets', () => {
  const immutable = { 'cache-control': 'immutable' };

  /** A cache whose dashboard always responds alike, and what it was asked for. */
  function cacheOf(answer: UpstreamAnswer): { assets: DashboardAssets; fetched: string[][] } {
    const fetched: string[][] = [];
    const assets = new DashboardAssets(async (path, client) => {
      fetched.push([path, client]);
      return answer;
    });
    return { assets, fetched };
  }

  it.each<[string, number, IncomingHttpHeaders]>([
    ['is an error', 404, immutable],
    ['is compressed already', 200, { ...immutable, 'content-encoding': 'gzip' }],
    ['may change', 200, { 'cache-control': 'public, max-age=60' }],
    ['does not say whether it may change', 200, {}],
  ])('passes a response on as it is, and does not keep it, if it %s', async (_, status, headers) => {
    const answer = { status, headers, body: Buffer.from('1') };
    const { assets, fetched } = cacheOf(answer);
    expect(await assets.get('/a', '192.0.2.1')).toBe(answer);
    expect(await assets.get('/a', '192.0.2.2')).toBe(answer);
    expect(fetched).toEqual([
      ['/a', '192.0.2.1'],
      ['/a', '192.0.2.2'],
    ]);
  });

  it.each<[IncomingHttpHeaders, string]>([
    [{ 'content-type': 'text/css' }, 'text/css'],
    [{}, 'application/octet-stream'],
  ])('keeps even an empty asset, with its headers (%j)', async (headers, type) => {
    const { assets, fetched } = cacheOf({ status: 200, headers: { ...immutable, ...headers }, body: Buffer.alloc(0) });
    const asset = await assets.get('/a', '192.0.2.1');
    expect(await assets.get('/a', '192.0.2.2')).toBe(asset);
    expect(fetched).toEqual([['/a', '192.0.2.1']]);
    expect(asset).toBeInstanceOf(StaticAnswer);
    const request = { method: 'HEAD', headers: {} } as IncomingMessage;
    const response = new ServerResponse(request);
    await (asset as StaticAnswer).answer(request, response);
    expect(response.getHeaders()).toMatchObject({ ...immutable, 'content-type': type });
  });

  it('drops what was not used for longest when there would be more than 64 MiB, every form counted', async () => {
    const { assets, fetched } = cacheOf({ status: 200, headers: immutable, body: Buffer.alloc(8 * 1024 * 1024) });
    for (const path of ['/1', '/2', '/3', '/1', '/4', '/1', '/3', '/4', '/2']) await assets.get(path, '192.0.2.1');
    expect(fetched.map(([path]) => path)).toEqual(['/1', '/2', '/3', '/4', '/2']);
  });
});

describe('clients that do not read', () => {
  it.each([
    ['assets', (index: number) => `/_next/static/${index}.js`],
    ['one asset', () => '/_next/static/a.js'],
    ['pages', () => '/acme'],
  ])('do not keep others from the dashboard (%s)', async (_, pathOf) => {
    const { harness, requested } = await start();
    const session = harness.http2({ initialWindowSize: 0 });
    await Promise.all(
      Array.from({ length: 90 }, (_, index) => {
        const stream = session.request({ ':path': pathOf(index) });
        stream.on('error', () => {});
        return once(stream, 'response');
      }),
    );
    expect(requested.length).toBeGreaterThan(0);
    expect((await get(harness, '/login')).status).toBe(200);
    expect((await get(harness, '/_next/static/mine.js')).body.byteLength).toBe(script.length);
  });

  it('wait behind others when they request more than their share', async () => {
    const slots = new FairSlots({ total: 3, share: 2, waiting: 2 });
    const never = new AbortController().signal;
    const started: string[] = [];
    const take = async (key: string, name: string) => {
      const release = await slots.take(key, never);
      started.push(release === undefined ? `${name} refused` : name);
      return release;
    };
    const [first] = await Promise.all([take('a', 'a1'), take('a', 'a2')]);
    const rest = [take('a', 'a3'), take('a', 'a4'), take('a', 'a5'), take('b', 'b1')];
    await rest[3];
    expect(started).toEqual(['a1', 'a2', 'a5 refused', 'b1']);
    first?.();
    first?.();
    await rest[0];
    expect(started.slice(4)).toEqual(['a3']);
    const gone = new AbortController();
    const leaving = slots.take('c', gone.signal);
    gone.abort();
    expect(await leaving).toBeUndefined();
  });

  it('hold a limited number of bytes', () => {
    const budget = new ByteBudget({ total: 10, share: 6 });
    const release = budget.hold('a', 6);
    expect(budget.hold('a', 1)).toBeUndefined();
    expect(budget.hold('b', 5)).toBeUndefined();
    expect(budget.hold('b', 4)).toBeDefined();
    release?.();
    release?.();
    expect(budget.hold('a', 6)).toBeDefined();
    expect(budget.hold('c', 1)).toBeUndefined();
  });
});
