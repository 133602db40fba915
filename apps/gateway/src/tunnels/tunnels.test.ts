import { once } from 'node:events';
import { until, useLeakCheck } from '@postern/testkit';
import type { AgentReport } from '@postern/tunnel';
import { generateAgentKey, subprotocol } from '@postern/tunnel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { acme, clusterId, type KubeHarness, kubePath, readAll, startKubeHarness } from '../test/kube-harness.ts';
import { PendingHandshakes } from './pending-handshakes.ts';

useLeakCheck();

let harness: KubeHarness;
beforeEach(async () => {
  harness = await startKubeHarness();
});
afterEach(() => harness.close());

const open = (options: { protocols?: string[]; headers?: Record<string, string> } = {}): WebSocket => {
  const { protocols = [subprotocol], headers = {} } = options;
  return new WebSocket(`wss://127.0.0.1:${harness.port}/tunnel`, protocols, { ca: harness.cert, headers });
};

const gauge = async (): Promise<string> => harness.metrics.registry.getSingleMetricAsString('postern_agents_connected');

describe('an agent', () => {
  it('is recorded when it connects and disconnects', async () => {
    expect(harness.directory.connected).toEqual(['agent-1']);
    expect(await gauge()).toContain('postern_agents_connected 1');
    await until(() => harness.registry.roundTrip(clusterId) !== null);
    await harness.dialer.stop();
    await until(() => harness.directory.disconnected.length === 1);
    expect(harness.registry.isOnline(clusterId)).toBe(false);
    expect(harness.registry.roundTrip(clusterId)).toBeNull();
    expect(await gauge()).toContain('postern_agents_connected 0');
  });

  it('may send reports, and nothing else', async () => {
    const report: AgentReport = { agentVersion: '0.1.0', instance: 'pod-1', location: 'outside' };
    const { stream, response } =
      harness.dialer.tunnel?.request({ kind: 'report', cluster: clusterId, report }, { end: true }) ?? {};
    stream?.resume();
    expect(await response).toMatchObject({ status: 204 });
    expect(harness.directory.reports).toEqual([report]);
    const identity = { user: 'postern:x', groups: ['postern:admin'] };
    const asked = harness.dialer.tunnel?.request({
      kind: 'http',
      cluster: clusterId,
      method: 'GET',
      path: '/',
      headers: [],
      identity,
    });
    await expect(asked?.response).rejects.toThrow('takes no http requests');
  });

  it('that connects again replaces its older connection', async () => {
    const first = harness.registry.find(acme, clusterId);
    const closed = once(first as never, 'close');
    const again = harness.newDialer();
    again.start();
    const [{ code }] = (await closed) as [{ code: number }];
    expect(code).toBe(4409);
    await harness.dialer.stop();
    await until(() => harness.registry.of(clusterId).length === 1);
    expect((await harness.fetch(`${kubePath}/api`)).status).toBe(200);
  });

  it('may keep two tunnels; requests alternate, and one is enough', async () => {
    const second = harness.newDialer({ slot: 1 });
    second.start();
    await until(() => harness.registry.of(clusterId).length === 2);
    const found = new Set([harness.registry.find(acme, clusterId), harness.registry.find(acme, clusterId)]);
    expect(found.size).toBe(2);
    await harness.dialer.stop();
    await until(() => harness.registry.of(clusterId).length === 1);
    expect((await harness.fetch(`${kubePath}/api`)).status).toBe(200);
  });

  it('of a deleted cluster is disconnected', async () => {
    const refused = once(harness.dialer, 'refused');
    harness.directory.agents.clear();
    harness.registry.disconnect(clusterId, 'the cluster was deleted');
    await refused;
    expect(harness.registry.isOnline(clusterId)).toBe(false);
  });

  it('that was enrolled again replaces the tunnels of the previous one', async () => {
    const keys = generateAgentKey();
    harness.directory.agents.set('agent-2', { clusterId, publicKeyPem: keys.publicKeyPem, organizationId: acme });
    harness.directory.agents.delete('agent-1');
    const next = harness.newDialer({ agentId: 'agent-2', privateKeyPem: keys.privateKeyPem });
    next.start();
    await until(
      () =>
        harness.registry
          .of(clusterId)
          .map((entry) => entry.agentId)
          .join() === 'agent-2',
    );
  });

  it.each([
    ['an unknown agent', { agentId: 'nobody' }, 4403],
    ['a wrong key', { privateKeyPem: generateAgentKey().privateKeyPem }, 4401],
    ["somebody else's cluster", { clusterId: '0190aaaa-0000-7000-8000-00000000ffff' }, 4403],
  ])('%s is refused with its close code, and does not disturb the connected agent', async (_, options, code) => {
    const stranger = harness.newDialer({ slot: 7, ...options });
    const refused = once(stranger, 'refused') as Promise<[{ code: number }]>;
    stranger.start();
    expect((await refused)[0].code).toBe(code);
    expect(harness.registry.of(clusterId)).toHaveLength(1);
  });
});

describe('a tunnel for one cluster', () => {
  it('cannot carry a request for another', async () => {
    const tunnel = harness.registry.find(acme, clusterId);
    const identity = { user: 'postern:x', groups: ['postern:admin'] };
    expect(() =>
      tunnel?.request({ kind: 'http', cluster: 'other', method: 'GET', path: '/', headers: [], identity }),
    ).toThrow(TypeError);
  });

  it('is closed when its agent sends a request for another', async () => {
    const tunnel = harness.registry.find(acme, clusterId);
    const closed = once(tunnel as never, 'close') as Promise<[{ code: number }]>;
    const head = JSON.stringify({
      kind: 'report',
      cluster: 'other',
      report: { agentVersion: '1', instance: 'i', location: 'outside' },
    });
    harness.dialer.tunnel?.session.open(Buffer.from(head), { end: true });
    expect((await closed)[0].code).toBe(4400);
    await until(() => !harness.registry.isOnline(clusterId));
  });
});

describe('the endpoint', () => {
  it.each([
    ['an Origin', { headers: { origin: 'https://evil.example' } }, 403],
    ['another subprotocol', { protocols: ['chat'] }, 400],
    ['no subprotocol', { protocols: [] }, 400],
  ])('%s gets no WebSocket', async (_, options, status) => {
    const ws = open(options);
    const [, response] = (await once(ws, 'unexpected-response')) as [unknown, { statusCode: number; destroy(): void }];
    expect(response.statusCode).toBe(status);
    response.destroy();
    ws.on('error', () => {});
    ws.terminate();
  });

  it.each([
    ['POST', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'],
    ['GET', 'Connection: Upgrade\r\nUpgrade: h2c\r\n'],
  ])('%s with %j is 400', async (method, lines) => {
    const socket = await harness.connect();
    socket.write(`${method} /tunnel HTTP/1.1\r\nHost: x\r\n${lines}Sec-WebSocket-Protocol: ${subprotocol}\r\n\r\n`);
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('a frame before the handshake ends that connection only', async () => {
    const ws = open();
    ws.on('error', () => {});
    await once(ws, 'open');
    ws.send(Buffer.alloc(100_000));
    const [code] = (await once(ws, 'close')) as [number];
    expect(code).toBe(4400);
    expect((await harness.fetch(`${kubePath}/api`)).status).toBe(200);
  });
});

describe('PendingHandshakes', () => {
  it('limits the total and each address, and counts every release once', () => {
    const waiting = new PendingHandshakes({ total: 3, perAddress: 2 });
    const first = waiting.enter('a');
    expect(waiting.enter('a')).toBeDefined();
    expect(waiting.enter('a')).toBeUndefined();
    expect(waiting.enter('b')).toBeDefined();
    expect(waiting.enter('c')).toBeUndefined();
    first?.();
    first?.();
    expect(waiting.enter('c')).toBeDefined();
    expect(waiting.enter('d')).toBeUndefined();
  });
});
