import { until, useLeakCheck } from '@postern/testkit';
import type { Tunnel, TunnelDialer } from '@postern/tunnel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ClusterRequest,
  clusterId,
  type KubeHarness,
  kubePath,
  readAll,
  startKubeHarness,
} from '../test/kube-harness.ts';

// A tunnel that goes away says which streams it never processed; those requests can be sent again.

useLeakCheck();

let harness: KubeHarness;
/** Requests that arrived at the cluster, on any tunnel. */
let arrived: { method: string; body: string; isWhole: boolean }[];
/** The agent's ends of the tunnels. */
let agents: Tunnel[];
/** The dialer of the second tunnel. */
let second: TunnelDialer;
beforeEach(async () => {
  harness = await startKubeHarness({ connectAgent: false });
  agents = [];
  second = harness.newDialer({ slot: 1 });
  for (const dialer of [harness.dialer, second]) {
    dialer.on('connected', (tunnel) => agents.push(tunnel));
    dialer.start();
  }
  await until(() => harness.registry.of(clusterId).length === 2);
  arrived = [];
  harness.onRequest = answer;
});
afterEach(() => harness.close());

function answer({ head, respond, stream }: ClusterRequest): void {
  const one = { method: head.method, body: '', isWhole: false };
  arrived.push(one);
  stream.setEncoding('utf8');
  stream.on('data', (part: string) => {
    one.body += part;
  });
  stream.once('end', () => {
    one.isWhole = true;
    respond({ status: 201, headers: [] });
    stream.end('{}');
  });
}

/**
 * Makes the first `most` requests cross a GOAWAY: the agent sends it just before the gateway opens the stream, so the agent has
 * not seen the OPEN.
 */
function crossGoAway(most: number): { crossed: number } {
  const count = { crossed: 0 };
  const find = harness.registry.find.bind(harness.registry);
  harness.registry.find = (...parameters) => {
    const tunnel = find(...parameters);
    if (tunnel === undefined || Object.hasOwn(tunnel, 'request')) return tunnel;
    const request = tunnel.request.bind(tunnel);
    tunnel.request = (...asked) => {
      if (count.crossed < most) {
        count.crossed++;
        const agent = agents.find(({ sessionId }) => sessionId === tunnel.sessionId);
        agent?.session.goAway({ code: 1001, retryAfterMs: 0 });
      }
      return request(...asked);
    };
    return tunnel;
  };
  return count;
}

const tunnels = (): Tunnel[] => harness.registry.of(clusterId).map(({ tunnel }) => tunnel);
const pods = `${kubePath}/api/v1/namespaces/a/pods`;

describe('a request that was never processed', () => {
  it.each([
    ['GET', 0],
    ['POST', 0],
    ['POST', 1],
    ['PUT', 1_000],
    ['PATCH', 60_000],
    ['DELETE', 64 * 1024],
  ])('%s with %i bytes arrives once, on the other tunnel, and is answered', async (method, size) => {
    const count = crossGoAway(1);
    const body = 'x'.repeat(size);
    for (let round = 0; round < 4; round++) {
      const headers = { authorization: 'Bearer ada', ...(size > 0 ? { 'content-length': String(size) } : {}) };
      expect((await harness.fetch(pods, { method, body, headers })).status).toBe(201);
    }
    expect(count.crossed).toBe(1);
    expect(arrived).toEqual(Array(4).fill({ method, body, isWhole: true }));
  });

  it('with more than 64 KiB of body is not sent again', async () => {
    crossGoAway(1);
    const body = 'x'.repeat(1_000_000);
    const headers = { authorization: 'Bearer ada', 'content-length': '1000000' };
    const result = await harness.fetch(pods, { method: 'POST', body, headers }).catch(() => ({ status: 503 }));
    expect(result.status).toBe(503);
    expect(arrived.every(({ isWhole }) => !isWhole)).toBe(true);
  });

  it('is answered with 503 after several tunnels', async () => {
    const count = crossGoAway(100);
    expect((await harness.fetch(pods)).status).toBe(503);
    // Two tunnels were open; any that were dialled again meanwhile count too.
    expect(count.crossed).toBeGreaterThanOrEqual(2);
    expect(count.crossed).toBeLessThanOrEqual(4);
    expect(arrived).toEqual([]);
  });

  it('for an upgrade is opened on the other tunnel, as one session', async () => {
    const count = crossGoAway(1);
    harness.onRequest = ({ respond, stream }) => {
      respond({ status: 101, headers: [['upgrade', 'SPDY/3.1']] });
      stream.resume();
      stream.end('hello');
    };
    for (let round = 0; round < 2; round++) {
      const socket = await harness.connect();
      socket.end(
        `POST ${pods}/p/exec?command=x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n`,
      );
      expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 101 .*hello$/s);
    }
    expect(count.crossed).toBe(1);
    expect(harness.sessions.sessions).toHaveLength(2);
  });
});

describe('a request that may have been processed', () => {
  it.each([
    ['its tunnel ended', () => tunnels()[0]?.close(1000, 'gone')],
    ['it was reset as gone', undefined],
  ])('is never sent again: %s', async (_, end) => {
    await second.stop();
    await until(() => harness.registry.of(clusterId).length === 1);
    let seen = 0;
    harness.onRequest = ({ stream }) => {
      seen++;
      if (end === undefined) stream.reset('gone', 'the tunnel is draining; nothing was done');
      else end();
    };
    const answered = await harness.fetch(pods, {
      method: 'POST',
      body: '{}',
      headers: { authorization: 'Bearer ada' },
    });
    expect(answered.status).toBe(503);
    expect(seen).toBe(1);
  });
});

it('a tunnel that the gateway drains is no longer found', () => {
  const [first, second] = tunnels();
  first?.session.goAway({ code: 1001, retryAfterMs: 0 });
  for (let round = 0; round < 10; round++)
    expect(harness.registry.find(harness.directory.clusters[0]?.organizationId ?? '', clusterId)).toBe(second);
});
