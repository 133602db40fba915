import { once } from 'node:events';
import { until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Limits } from '../limits/limits.ts';
import { defaultLimits, type LimitSettings } from '../limits/settings.ts';
import {
  acme,
  type ClusterRequest,
  clusterId,
  type KubeHarness,
  kubePath,
  readAll,
  startKubeHarness,
} from '../test/kube-harness.ts';

useLeakCheck();

let harness: KubeHarness;
let refused: string[];
let waiting: ClusterRequest[];

/** Starts a gateway whose clock stands still, so that rate limits never refill. */
async function start(settings: Partial<LimitSettings>): Promise<void> {
  const limits = new Limits({ ...defaultLimits, ...settings }, () => 0);
  refused = [];
  limits.on('refused', (name) => refused.push(name));
  harness = await startKubeHarness({ limits });
  harness.signIn('bob');
  waiting = [];
}

beforeEach(() => {
  waiting = [];
});
afterEach(() => harness.close());

const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe('too many requests', () => {
  it.each([
    ['requestsPerUser', 200],
    ['requestsPerOrganization', 429],
  ] as const)('%s: 429 with Retry-After in a Status; another user gets %i', async (limit, other) => {
    await start({ [limit]: 1 });
    for (let count = 0; count < 4; count++) expect((await harness.fetch(`${kubePath}/api`)).status).toBe(200);
    const answer = await harness.fetch(`${kubePath}/api`);
    expect(answer.status).toBe(429);
    expect(answer.headers['retry-after']).toBe('1');
    expect(JSON.parse(answer.body)).toMatchObject({
      kind: 'Status',
      reason: 'TooManyRequests',
      details: { retryAfterSeconds: 1 },
    });
    expect(refused).toEqual([limit]);
    expect(harness.seen).toHaveLength(4);
    expect((await harness.fetch(`${kubePath}/api`, as('bob'))).status).toBe(other);
  });
});

describe('too many open at once', () => {
  const watchRequest = `GET ${kubePath}/api/v1/pods?watch=1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n\r\n`;
  const exec = `POST ${kubePath}/api/v1/namespaces/a/pods/p/exec?command=x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n`;

  it.each([
    ['streamsPerUser', 200],
    ['streamsPerOrganization', 429],
    ['streamsPerCluster', 429],
  ] as const)('%s: watches, execs and plain requests share the limit, and release it', async (limit, other) => {
    await start({ [limit]: 2 });
    harness.onRequest = (request) => {
      if (request.head.kind === 'upgrade') {
        request.respond({ status: 101, headers: [['upgrade', 'SPDY/3.1']] });
      } else if (request.head.path.includes('watch')) {
        request.respond({ status: 200, headers: [] });
        request.stream.write('event');
      } else {
        request.respond({ status: 200, headers: [] });
        request.stream.end('{}');
        return;
      }
      request.stream.resume();
      // As an apiserver does when its client hangs up.
      if (request.head.kind === 'upgrade') request.stream.once('end', () => request.stream.end());
      waiting.push(request);
    };
    const watch = await harness.connect();
    watch.write(watchRequest);
    await once(watch, 'data');
    const stream = await harness.connect();
    stream.write(exec);
    await once(stream, 'data');

    const plain = await harness.fetch(`${kubePath}/api`);
    expect([plain.status, plain.headers['retry-after']]).toEqual([429, '1']);
    expect(JSON.parse(plain.body).message).toMatch(/too many requests and streams/i);
    const upgrade = await harness.connect();
    upgrade.write(exec);
    expect(await readAll(upgrade)).toMatch(/^HTTP\/1\.1 429 .*Retry-After: 1\r\n.*"TooManyRequests"/s);
    expect(refused).toEqual([limit, limit]);
    expect(waiting).toHaveLength(2);
    expect((await harness.fetch(`${kubePath}/api`, as('bob'))).status).toBe(other);

    watch.destroy();
    await until(() => waiting[0]?.stream.destroyed === true);
    await until(() => harness.registry.find(acme, clusterId)?.session.streamCount === 1);
    expect((await harness.fetch(`${kubePath}/api`)).status).toBe(200);
    stream.destroy();
    await until(() => harness.registry.find(acme, clusterId)?.session.streamCount === 0);
    const again = await harness.connect();
    again.write(exec);
    expect((await once(again, 'data')).toString()).toMatch(/^HTTP\/1\.1 101 /);
  });

  it('a request that failed no longer counts as open', async () => {
    await start({ streamsPerUser: 1 });
    harness.onRequest = ({ stream }) => stream.reset('upstream-failed', '');
    for (let count = 0; count < 5; count++) expect((await harness.fetch(`${kubePath}/api`)).status).toBe(502);
    for (let count = 0; count < 3; count++) {
      const socket = await harness.connect();
      socket.write(exec);
      expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 502 /);
    }
    await harness.dialer.stop();
    await until(() => !harness.registry.isOnline(clusterId));
    for (let count = 0; count < 3; count++) expect((await harness.fetch(`${kubePath}/api`)).status).toBe(503);
    expect(refused).toEqual([]);
  });
});

it('a request waiting for its response is cut when the credential is revoked', async () => {
  await start({});
  harness.onRequest = (request) => waiting.push(request);
  const socket = await harness.connect();
  socket.write(`GET ${kubePath}/api/v1/pods HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n\r\n`);
  await until(() => waiting.length === 1);
  harness.authenticator.principals.delete('ada');
  await until(() => waiting[0]?.stream.destroyed === true);
  let answer = '';
  socket.on('data', (part: Buffer) => {
    answer += part.toString();
  });
  await until(() => answer.includes('"Status"') || socket.readableEnded);
  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
});

it('a response body is cut when the credential is revoked, and does not end as complete', async () => {
  await start({});
  harness.onRequest = (request) => {
    request.respond({ status: 200, headers: [] });
    request.stream.write('half');
    waiting.push(request);
  };
  const socket = await harness.connect();
  let answer = '';
  socket.on('data', (part: Buffer) => {
    answer += part.toString();
  });
  socket.write(`GET ${kubePath}/api/v1/pods HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n\r\n`);
  await until(() => answer.includes('half'));
  harness.authenticator.principals.delete('ada');
  await until(() => socket.destroyed || socket.readableEnded);
  expect(answer).toMatch(/^HTTP\/1\.1 200 .*transfer-encoding: chunked.*half\r\n$/is);
});
