import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type OutgoingHttpHeaders } from 'node:http2';
import { brotliDecompressSync, gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';
import type { MuxStream } from '@postern/mux';
import { atRest, until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KubeHarness, kubePath, startKubeHarness } from '../test/kube-harness.ts';

useLeakCheck();

let harness: KubeHarness;
let session: ClientHttp2Session;
beforeEach(async () => {
  harness = await startKubeHarness();
  harness.signIn('eve', 'browser');
  session = connect(`https://127.0.0.1:${harness.port}`, { ca: harness.cert });
  session.on('error', () => {});
});
afterEach(async () => {
  session.destroy();
  await harness.close();
});

/** What Chromium sends with a fetch of our own page. */
const chromium = {
  cookie: 'session=eve',
  'sec-fetch-site': 'same-origin',
  'sec-fetch-dest': 'empty',
  'accept-encoding': 'gzip, deflate, br, zstd',
};

/** Unlike `once`, does not mind an error. */
const closed = (stream: ClientHttp2Stream): Promise<void> =>
  new Promise((resolve) => (stream.closed ? resolve() : stream.once('close', resolve)));

interface Answer {
  headers: Record<string, unknown>;
  body: Buffer;
  reset: number;
}

const request = (path: string, headers: OutgoingHttpHeaders = {}): ClientHttp2Stream => {
  const stream = session.request({ ':path': `${kubePath}${path}`, ...chromium, ...headers });
  stream.on('error', () => {});
  return stream;
};

async function ask(path: string, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
  const stream = request(path, headers);
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  let answered: Record<string, unknown> = {};
  stream.once('response', (got) => {
    answered = got;
  });
  await closed(stream);
  return { headers: answered, body: Buffer.concat(parts), reset: stream.rstCode };
}

const list = Buffer.from(JSON.stringify({ kind: 'PodList', items: Array(2_000).fill({ metadata: { name: 'a' } }) }));

function answerWith(body: Buffer, headers: [string, string][] = []): void {
  harness.onRequest = ({ respond, stream }) => {
    respond({ status: 200, headers: [['content-type', 'application/json'], ...headers] });
    stream.resume();
    stream.end(body);
  };
}

describe('a list for a browser', () => {
  it.each([
    ['zstd', 'gzip, deflate, br, zstd', zstdDecompressSync],
    ['br', 'gzip, deflate, br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
  ])('is compressed with %s', async (coding, accepted, decompress) => {
    answerWith(list, [
      ['content-length', String(list.byteLength)],
      ['etag', '"a"'],
    ]);
    const { headers, body } = await ask('/api/v1/pods', { 'accept-encoding': accepted });
    expect(headers).toMatchObject({
      ':status': 200,
      'content-encoding': coding,
      vary: 'accept-encoding',
      etag: 'W/"a"',
      'cache-control': 'no-store',
    });
    expect(headers['content-length']).toBeUndefined();
    expect(body.byteLength).toBeLessThan(list.byteLength / 20);
    expect(decompress(body).equals(list)).toBe(true);
  });

  it('that the cluster has compressed arrives as it is', async () => {
    const compressed = gzipSync(list);
    answerWith(compressed, [['content-encoding', 'gzip']]);
    const { headers, body } = await ask('/api/v1/pods');
    expect(headers['content-encoding']).toBe('gzip');
    expect(body.equals(compressed)).toBe(true);
    // The cluster knows what the browser accepts.
    expect(harness.seen[0]?.headers).toContainEqual(['accept-encoding', 'gzip, deflate, br, zstd']);
  });

  it.each([
    ['the rest of its body is lost', (stream: MuxStream) => stream.reset('upstream-failed', '')],
    ['its body is broken off', (stream: MuxStream) => stream.abort('upstream-failed', '')],
  ])('is reported as broken if %s', async (_, end) => {
    harness.onRequest = ({ respond, stream }) => {
      respond({ status: 200, headers: [['content-type', 'application/json']] });
      stream.resume();
      stream.write(list);
      end(stream);
    };
    expect((await ask('/api/v1/pods')).reset).toBe(2);
  });

  it.each([-1, 1])('is reported as broken if its length is off by %i', async (by) => {
    answerWith(list, [['content-length', String(list.byteLength + by)]]);
    expect((await ask('/api/v1/pods')).reset).toBe(2);
  });

  it('has the same headers for HEAD', async () => {
    answerWith(Buffer.alloc(0), [['content-length', '5000']]);
    const { headers, body } = await ask('/api/v1/pods', { ':method': 'HEAD' });
    expect([headers['content-encoding'], headers['content-length'], body.byteLength]).toEqual(['zstd', undefined, 0]);
  });

  it('asks the cluster about the tag that the cluster knows', async () => {
    harness.onRequest = ({ respond }) => respond({ status: 304, headers: [['etag', '"a"']] }, { end: true });
    const { headers } = await ask('/openapi/v3', { 'if-none-match': 'W/"a"' });
    expect([headers[':status'], headers['etag'], headers['content-encoding']]).toEqual([304, 'W/"a"', undefined]);
    expect(harness.seen[0]?.headers).toContainEqual(['if-none-match', '"a"']);
  });

  it('holds the cluster back while the browser does not read, and frees the encoder when it leaves', async () => {
    // Random, so that the compressed form is as long.
    const { randomBytes } = await import('node:crypto');
    let sent = 0;
    let closed = false;
    harness.onRequest = ({ respond, stream }) => {
      respond({ status: 200, headers: [['content-type', 'application/json']] });
      stream.resume();
      stream.once('close', () => {
        closed = true;
      });
      const fill = (): void => {
        while (!stream.destroyed) {
          sent += 65_536;
          if (!stream.write(randomBytes(65_536))) return;
        }
      };
      stream.on('drain', fill);
      fill();
    };
    const stream = request('/api/v1/pods');
    await once(stream, 'response');
    expect(await atRest(() => sent)).toBeLessThan(4 * 1024 * 1024);
    stream.close(8);
    await until(() => closed);
  });

  it('is not compressed beyond a share, and again when there is room', async () => {
    const ends: (() => void)[] = [];
    harness.onRequest = ({ respond, stream }) => {
      respond({ status: 200, headers: [['content-type', 'application/json']] });
      stream.resume();
      stream.write(list);
      ends.push(() => stream.end());
    };
    const codingOf = async (stream: ClientHttp2Stream): Promise<unknown> =>
      ((await once(stream, 'response')) as [Record<string, unknown>])[0]['content-encoding'];
    const open = Array.from({ length: 9 }, () => request('/api/v1/pods').resume());
    const codings = await Promise.all(open.map(codingOf));
    expect(codings.filter((coding) => coding === 'zstd')).toHaveLength(8);
    // Somebody else has a share of their own.
    harness.signIn('mallory', 'browser');
    const other = request('/api/v1/pods', { cookie: 'session=mallory' }).resume();
    expect(await codingOf(other)).toBe('zstd');
    for (const end of ends) end();
    await Promise.all([...open, other].map(closed));
    answerWith(list);
    expect((await ask('/api/v1/pods')).headers['content-encoding']).toBe('zstd');
  });
});

describe('a watch for a browser', () => {
  it('is compressed, and each event arrives before the next', async () => {
    let cluster: MuxStream | undefined;
    harness.onRequest = ({ respond, stream }) => {
      respond({ status: 200, headers: [['content-type', 'application/json']] });
      stream.resume();
      cluster = stream;
    };
    const stream = request('/api/v1/pods?watch=1');
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    expect(headers['content-encoding']).toBe('gzip');
    let received = Buffer.alloc(0);
    stream.on('data', (part: Buffer) => {
      received = Buffer.concat([received, part]);
    });
    let body = '';
    for (const name of ['a', 'b', 'c']) {
      const event = `${JSON.stringify({ type: 'ADDED', object: { name, padding: 'x'.repeat(3_000) } })}\n`;
      body += event;
      const before = received.byteLength;
      cluster?.write(event);
      await until(() => received.byteLength > before);
      expect(gunzipSync(received, { finishFlush: 2 }).toString()).toBe(body);
    }
    expect(received.byteLength).toBeLessThan(600);
    cluster?.end();
    await once(stream, 'close');
    expect(gunzipSync(received).toString()).toBe(body);
  });
});

it.each([
  ['kubectl', '/api/v1/pods', { authorization: 'Bearer ada', cookie: '' }],
  ['another site', '/api/v1/pods', { 'sec-fetch-site': 'cross-site' }],
  ['Secrets', '/api/v1/secrets', {}],
  ['logs', '/api/v1/namespaces/a/pods/p/log?follow=1', {}],
])('nothing is compressed for %s', async (_, path, headers) => {
  answerWith(list, [['content-length', String(list.byteLength)]]);
  const answer = await ask(path, headers);
  expect(answer.body.equals(list)).toBe(true);
  expect(answer.headers['content-encoding']).toBeUndefined();
  expect(answer.headers['vary']).toBeUndefined();
  expect(answer.headers['content-length']).toBe(String(list.byteLength));
});
