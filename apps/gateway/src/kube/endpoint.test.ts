import { once } from 'node:events';
import { constants, connect as http2Connect } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { atRest, until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acme, clusterId, type KubeHarness, kubePath, startKubeHarness } from '../test/kube-harness.ts';

useLeakCheck();

let harness: KubeHarness;
beforeEach(async () => {
  harness = await startKubeHarness();
});
afterEach(() => harness.close());

const header = (name: string, at = 0): string | undefined =>
  harness.seen[at]?.headers.find(([found]) => found === name)?.[1];

const watchRequest = `GET ${kubePath}/api/v1/pods?watch=1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n\r\n`;

/** Opens a watch and waits for its first event. `isClosed`: whether the cluster has seen its end. */
async function openWatch(): Promise<{ socket: TLSSocket; isClosed: () => boolean }> {
  let closed = false;
  harness.onRequest = ({ respond, stream }) => {
    respond({ status: 200, headers: [] });
    stream.write('event');
    stream.once('close', () => {
      closed = true;
    });
  };
  const socket = await harness.connect();
  socket.write(watchRequest);
  await once(socket, 'data');
  return { socket, isClosed: () => closed };
}

describe('a plain request', () => {
  it('reaches the cluster as the user with an unchanged path, and is answered', async () => {
    const answer = await harness.fetch(`${kubePath}/api/v1/pods?limit=500&labelSelector=a%2Fb%3Dc`);
    expect(answer).toMatchObject({ status: 200, body: '{"kind":"PodList"}' });
    expect(harness.seen).toHaveLength(1);
    expect(harness.seen[0]).toMatchObject({
      kind: 'http',
      cluster: clusterId,
      method: 'GET',
      path: '/api/v1/pods?limit=500&labelSelector=a%2Fb%3Dc',
      identity: { user: 'postern:ada@example.com', groups: ['postern:admin'] },
    });
    expect(harness.directory.served).toEqual([clusterId]);
  });

  it('works over HTTP/2, with many streams on one connection', async () => {
    const session = http2Connect(`https://127.0.0.1:${harness.port}`, { ca: harness.cert });
    const answers = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const stream = session.request({ ':path': `${kubePath}/version`, authorization: 'Bearer ada' });
        stream.setEncoding('utf8');
        let body = '';
        stream.on('data', (part: string) => {
          body += part;
        });
        const [headers] = (await once(stream, 'response')) as [Record<string, string | number>];
        await once(stream, 'close');
        return { status: headers[':status'], body };
      }),
    );
    expect(answers).toEqual(Array(50).fill({ status: 200, body: '{"kind":"PodList"}' }));
    session.close();
  });

  it('carries bodies both ways', async () => {
    harness.onRequest = ({ respond, stream }) => {
      respond({ status: 201, headers: [['content-type', 'application/json']] });
      stream.pipe(stream);
    };
    const body = JSON.stringify({ data: 'x'.repeat(300_000) });
    const answer = await harness.fetch(`${kubePath}/api/v1/namespaces/a/configmaps`, {
      method: 'POST',
      body,
      headers: { authorization: 'Bearer ada', 'content-type': 'application/json', expect: '100-continue' },
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toBe(body);
    expect(harness.seen[0]?.method).toBe('POST');
  });

  it('forwards only allowed headers to the cluster', async () => {
    await harness.fetch(`${kubePath}/api`, {
      headers: {
        authorization: 'Bearer ada',
        cookie: 'canary=1',
        accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
        'user-agent': 'kubectl/v1.33',
        'x-forwarded-for': '1.2.3.4',
        'x-custom': 'canary',
        te: 'trailers',
      },
    });
    expect(harness.seen[0]?.headers).toEqual([
      ['accept', 'application/json;as=Table;v=v1;g=meta.k8s.io'],
      ['user-agent', 'kubectl/v1.33'],
    ]);
  });

  it('answers HEAD without a body', async () => {
    harness.onRequest = ({ respond }) => respond({ status: 200, headers: [['content-length', '17']] }, { end: true });
    expect(await harness.fetch(`${kubePath}/api`, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  it('passes on a Status of the apiserver unchanged', async () => {
    harness.onRequest = ({ respond, stream }) => {
      respond({ status: 409, headers: [['content-type', 'application/json']] });
      stream.end('{"kind":"Status","reason":"Conflict"}');
    };
    expect(await harness.fetch(`${kubePath}/api`)).toMatchObject({
      status: 409,
      body: '{"kind":"Status","reason":"Conflict"}',
    });
  });
});

describe('a response', () => {
  it.each([301, 302, 303, 307, 308])('that redirects (%i) becomes 502', async (status) => {
    harness.onRequest = ({ respond }) =>
      respond({ status, headers: [['location', 'http://169.254.169.254/']] }, { end: true });
    const answer = await harness.fetch(`${kubePath}/api`);
    expect(answer.status).toBe(502);
    expect(answer.headers.location).toBeUndefined();
    expect(JSON.parse(answer.body)).toMatchObject({ kind: 'Status', code: 502 });
  });

  it('of 304 passes', async () => {
    harness.onRequest = ({ respond }) => respond({ status: 304, headers: [['etag', '"x"']] }, { end: true });
    expect(await harness.fetch(`${kubePath}/openapi/v3`)).toMatchObject({ status: 304, headers: { etag: '"x"' } });
  });

  it.each([
    ['GET', 200, false],
    ['GET', 204, true],
    ['GET', 304, true],
    ['HEAD', 200, true],
    ['HEAD', 200, false],
    ['GET', 302, true],
    ['GET', 401, true],
    ['GET', 404, true],
  ])('leaves nothing open after %s %i (ended with its head: %s)', async (method, status, end) => {
    harness.onRequest = ({ respond, stream }) => {
      respond({ status, headers: [] }, { end });
      stream.resume();
      if (!end) setImmediate(() => stream.end());
    };
    await harness.fetch(`${kubePath}/api`, { method });
    await until(() => harness.registry.find(acme, clusterId)?.session.streamCount === 0);
    const active = () => harness.metrics.registry.getSingleMetricAsString('postern_streams_active');
    await until(async () => (await active()).includes('{kind="unary"} 0'));
  });

  it('of 401 from the apiserver becomes 502', async () => {
    harness.onRequest = ({ respond }) => respond({ status: 401, headers: [] }, { end: true });
    expect((await harness.fetch(`${kubePath}/api`)).status).toBe(502);
  });

  it('loses headers that would affect our origin', async () => {
    harness.onRequest = ({ respond, stream }) => {
      respond({
        status: 200,
        headers: [
          ['content-type', 'text/html'],
          ['set-cookie', '__Host-postern_access=x'],
          ['content-security-policy', "default-src 'unsafe-inline'"],
          ['access-control-allow-origin', '*'],
          ['clear-site-data', '"*"'],
        ],
      });
      stream.end('<script>alert(1)</script>');
    };
    const { headers } = await harness.fetch(`${kubePath}/api`);
    expect(headers['set-cookie']).toBeUndefined();
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(headers['clear-site-data']).toBeUndefined();
    expect(headers['content-security-policy']).toContain('sandbox');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cache-control']).toBe('no-store');
  });

  it.each(['inline; filename="evil.html"', 'attachment; filename=evil.exe', undefined])(
    'is downloaded by a browser that navigates to it, whatever its Content-Disposition: %s',
    async (disposition) => {
      harness.signIn('tab', 'browser');
      harness.onRequest = ({ respond, stream }) => {
        respond({
          status: 200,
          headers: [
            ['content-type', 'text/html'],
            ['service-worker-allowed', '/'],
            ['cross-origin-resource-policy', 'cross-origin'],
            ['x-content-type-options', 'none'],
            ['link', '</k8s/x.js>; rel=preload; as=script'],
            ['refresh', '0; url=https://evil.example'],
            ['speculation-rules', '"/k8s/rules.json"'],
            ['report-to', '{}'],
            ...(disposition === undefined ? [] : [['content-disposition', disposition] as [string, string]]),
          ],
        });
        stream.end('<script>alert(1)</script>');
      };
      const { status, headers } = await harness.fetch(`${kubePath}/api`, {
        headers: { cookie: 'session=tab', 'sec-fetch-dest': 'document' },
      });
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'content-disposition': 'attachment',
        'content-security-policy': "sandbox; default-src 'none'",
        'cross-origin-resource-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      });
      for (const name of ['service-worker-allowed', 'link', 'refresh', 'speculation-rules', 'report-to']) {
        expect(headers[name]).toBeUndefined();
      }
    },
  );

  it.each([
    ...['script', 'worker', 'sharedworker', 'serviceworker', 'audioworklet', 'paintworklet', 'style', 'xslt', 'json'],
    ...[
      'iframe',
      'frame',
      'embed',
      'object',
      'image',
      'font',
      'track',
      'video',
      'audio',
      'manifest',
      'report',
      'Script',
    ],
  ])('cannot be loaded by a page as %s', async (destination) => {
    harness.signIn('tab', 'browser');
    const { status } = await harness.fetch(`${kubePath}/api`, {
      headers: { cookie: 'session=tab', 'sec-fetch-dest': destination },
    });
    expect(status).toBe(403);
    expect(harness.seen).toEqual([]);
  });

  it('can be requested by fetch, and by other clients with any Sec-Fetch-Dest', async () => {
    harness.signIn('tab', 'browser');
    const headers = { cookie: 'session=tab', 'sec-fetch-dest': 'empty' };
    expect((await harness.fetch(`${kubePath}/api`, { headers })).status).toBe(200);
    expect(
      (await harness.fetch(`${kubePath}/api`, { headers: { authorization: 'Bearer ada', 'sec-fetch-dest': 'script' } }))
        .status,
    ).toBe(200);
  });

  it('that breaks off does not end as complete', async () => {
    harness.onRequest = ({ respond, stream }) => {
      respond({ status: 200, headers: [] });
      stream.write('half', () => stream.reset('upstream-failed', ''));
    };
    await expect(harness.fetch(`${kubePath}/api`)).rejects.toThrow();
  });

  it('that never arrives becomes 504', async () => {
    await harness.close();
    harness = await startKubeHarness({ headTimeoutMs: 60 });
    const asked: { ended: boolean }[] = [];
    harness.onRequest = ({ stream }) => {
      const one = { ended: false };
      asked.push(one);
      stream.once('close', () => {
        one.ended = true;
      });
    };
    const answer = await harness.fetch(`${kubePath}/api/v1/pods`);
    expect(answer.status).toBe(504);
    expect(JSON.parse(answer.body)).toMatchObject({ reason: 'Timeout' });
    await until(() => asked[0]?.ended === true);
  });
});

describe('streams', () => {
  it('a watch gets its head before the first event, and its events one by one', async () => {
    let write: (text: string) => void = () => {};
    harness.onRequest = ({ respond, stream }) => {
      respond({ status: 200, headers: [['content-type', 'application/json']] });
      write = (text) => void stream.write(text);
    };
    const session = http2Connect(`https://127.0.0.1:${harness.port}`, { ca: harness.cert });
    const stream = session.request({ ':path': `${kubePath}/api/v1/pods?watch=1`, authorization: 'Bearer ada' });
    await once(stream, 'response');
    write('{"type":"ADDED"}\n');
    const [event] = (await once(stream, 'data')) as [Buffer];
    expect(event.toString()).toBe('{"type":"ADDED"}\n');
    stream.close(constants.NGHTTP2_CANCEL);
    await until(() => harness.registry.find(acme, clusterId)?.session.streamCount === 0);
    session.close();
  });

  it('closing a watch ends it at the cluster', async () => {
    const { socket, isClosed } = await openWatch();
    socket.destroy();
    await until(isClosed);
    expect(await harness.metrics.registry.getSingleMetricAsString('postern_streams_active')).toContain(
      '{kind="watch"} 0',
    );
  });

  it('a slow client slows the cluster down, and little is buffered in between', async () => {
    let written = 0;
    const chunk = Buffer.alloc(64 * 1024, 'x');
    harness.onRequest = ({ respond, stream }) => {
      respond({ status: 200, headers: [] });
      const more = (): void => {
        while (!stream.destroyed) {
          written += chunk.byteLength;
          if (!stream.write(chunk)) {
            stream.once('drain', more);
            return;
          }
        }
      };
      more();
    };
    const socket = await harness.connect();
    socket.pause();
    socket.write(watchRequest);
    // Nobody reads, so the writer must stop.
    const last = await atRest(() => written);
    expect(written).toBe(last);
    // One window of the tunnel, the high-water marks of the streams in between and the kernel's socket buffers.
    expect(written).toBeLessThan(16 * 1024 * 1024);
    socket.destroy();
  });

  it('end when the credential is revoked, but not while it cannot be checked', async () => {
    const { socket, isClosed } = await openWatch();
    harness.authenticator.failing = true;
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(isClosed()).toBe(false);
    harness.authenticator.failing = false;
    harness.authenticator.principals.delete('ada');
    await until(() => isClosed() && (socket.readableEnded || socket.destroyed));
  });
});

describe('refusals', () => {
  it('a request without a valid credential gets a 401 Status', async () => {
    const answer = await harness.fetch(`${kubePath}/api`, { headers: {} });
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.body)).toMatchObject({ kind: 'Status', reason: 'Unauthorized', code: 401 });
    expect(JSON.parse(answer.body).message).toContain('postern login');
    expect((await harness.fetch(`${kubePath}/api`, { headers: { authorization: 'Bearer nobody' } })).status).toBe(401);
  });

  it('never takes a credential from the URL', async () => {
    expect((await harness.fetch(`${kubePath}/api?token=ada&access_token=ada`, { headers: {} })).status).toBe(401);
  });

  it("an unknown cluster and someone else's get the same 404", async () => {
    harness.directory.clusters.push({
      id: 'foreign',
      organizationId: 'other',
      slug: 'other',
      name: 'theirs',
      offlineSince: null,
      everConnected: true,
    });
    const foreign = await harness.fetch('/k8s/other/theirs/api');
    const unknown = await harness.fetch('/k8s/other/nothing/api');
    expect(foreign.status).toBe(404);
    expect(unknown.status).toBe(404);
    expect(foreign.body.replaceAll('theirs', 'X')).toBe(unknown.body.replaceAll('nothing', 'X'));
    expect(harness.seen).toEqual([]);
  });

  it('a tunnel is found by organization and cluster together', () => {
    expect(harness.registry.find(acme, clusterId)).toBeDefined();
    expect(harness.registry.find('other', clusterId)).toBeUndefined();
  });

  it('an offline agent is 503 without Retry-After, and the message says since when', async () => {
    const [cluster] = harness.directory.clusters;
    if (cluster !== undefined) cluster.offlineSince = new Date('2026-03-04T05:06:07Z');
    await harness.dialer.stop();
    await until(() => !harness.registry.isOnline(clusterId));
    const answer = await harness.fetch(`${kubePath}/api`);
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBeUndefined();
    expect(JSON.parse(answer.body).message).toContain('has been offline since 2026-03-04T05:06:07.000Z');
    if (cluster !== undefined) cluster.everConnected = false;
    expect(JSON.parse((await harness.fetch(`${kubePath}/api`)).body).message).toContain('No agent has connected');
  });

  it('an agent that disconnects during a request is 503', async () => {
    harness.onRequest = () => void harness.dialer.stop();
    const answer = await harness.fetch(`${kubePath}/api`);
    expect(answer.status).toBe(503);
  });

  it.each(['authenticator', 'directory'] as const)('if the %s fails, nothing gets through', async (part) => {
    harness[part].failing = true;
    expect((await harness.fetch(`${kubePath}/api`)).status).toBe(503);
    expect(harness.seen).toEqual([]);
  });

  it.each([
    ['/api/v1/nodes/n/proxy/exec', 'admin'],
    ['/api/v1/proxy/nodes/n/exec', 'admin'],
    ['/api/v1/namespaces/a/services/x:443/proxy/', 'viewer'],
    ['/api/v1/namespaces/a/pods/p/proxy/x', 'editor'],
    ['/api/v1/proxy/namespaces/a/services/x', 'viewer'],
    ['/api/v1/namespaces/a/pods/p/exec?command=sh', 'viewer'],
    ['/api/v1/namespaces/a/pods/p/attach', 'viewer'],
    ['/api/v1/namespaces/a/pods/p/portforward', 'viewer'],
  ] as const)('GET %s as %s is 403', async (path, level) => {
    harness.bindings.level = level;
    const answer = await harness.fetch(`${kubePath}${path}`);
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toMatchObject({ kind: 'Status', reason: 'Forbidden' });
    expect(harness.seen).toEqual([]);
  });

  it.each([
    ['/api/v1/namespaces/a/services/x:443/proxy/', 'admin'],
    ['/api/v1/namespaces/a/pods/p/log', 'viewer'],
    ['/apis/custom.example/v1/proxies', 'viewer'],
  ] as const)('GET %s as %s passes', async (path, level) => {
    harness.bindings.level = level;
    expect((await harness.fetch(`${kubePath}${path}`)).status).toBe(200);
  });

  it.each(['PURGE', 'TRACE', 'PROPFIND'])('%s is 405', async (method) => {
    expect((await harness.fetch(`${kubePath}/api/v1/pods`, { method })).status).toBe(405);
    expect(harness.seen).toEqual([]);
  });
});

describe('a browser', () => {
  beforeEach(() => {
    harness.signIn('eve', 'browser');
  });

  it('is not identified to the apiserver', async () => {
    const headers = { cookie: 'session=eve', 'user-agent': 'Mozilla/5.0', 'sec-fetch-site': 'same-origin' };
    const answer = await harness.fetch(`${kubePath}/api/v1/pods`, { headers });
    expect(answer.status).toBe(200);
    expect(header('user-agent')).toBe('postern-dashboard');
    expect(harness.seen[0]?.headers.some(([name]) => name === 'cookie')).toBe(false);
  });

  it.each([
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'null' },
    { origin: 'https://localhost:1.evil.example' },
    {},
  ])('is refused a cross-site write: %j', async (more) => {
    const answer = await harness.fetch(`${kubePath}/api/v1/namespaces/a/pods/p`, {
      method: 'DELETE',
      headers: { cookie: 'session=eve', ...more } as Record<string, string>,
    });
    expect(answer.status).toBe(403);
    expect(harness.seen).toEqual([]);
  });

  it('may write from our own pages', async () => {
    const answer = await harness.fetch(`${kubePath}/api/v1/namespaces/a/pods/p`, {
      method: 'DELETE',
      headers: { cookie: 'session=eve', origin: harness.origin, 'sec-fetch-site': 'same-origin' },
    });
    expect(answer.status).toBe(200);
  });
});
