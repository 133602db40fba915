import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Duplex, duplexPair, Readable } from 'node:stream';
import type { HeaderPairs } from '@postern/kube';
import { useLeakCheck } from '@postern/testkit';
import { describe, expect, it, vi } from 'vitest';
import { type Arrival, arrival } from '../test/arrival.ts';
import { received, textOf } from '../test/serving.ts';
import type { UpgradeRequest, UpgradeResult } from '../upstream/upgrade.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { serveUpgrade } from './upgrade-request.ts';

useLeakCheck();

/** Serves an upgrade to SPDY with a given result of the apiserver. */
function serve(
  { incoming }: Arrival,
  upgrade: (request: UpgradeRequest) => Promise<UpgradeResult>,
  forgetCredential = (): void => {},
): Promise<number> {
  const request = { method: 'POST', path: '/exec', headers: [], protocol: 'SPDY/3.1' as const };
  return serveUpgrade(incoming, request, { upgrade, forgetCredential } as unknown as Upstream);
}
const upgraded = (socket: Duplex, headers: HeaderPairs = []): UpgradeResult => ({
  upgraded: true,
  headers,
  socket: socket as Socket,
});
const refused = (status: number, body: Readable): UpgradeResult => ({
  upgraded: false,
  response: { status, headers: [], body, isComplete: () => true },
});

describe('an upgrade that the apiserver makes', () => {
  it('is passed on with its protocol and the headers that may pass', async () => {
    await using request = await arrival({ kind: 'upgrade' });
    const [socket] = duplexPair();
    const headers: HeaderPairs = [
      ['connection', 'Upgrade'],
      ['upgrade', 'spdy/3.1'],
      ['set-cookie', 'a=b'],
      ['x-stream-protocol-version', 'v4.channel.k8s.io'],
    ];
    expect(await serve(request, async () => upgraded(socket, headers))).toBe(101);
    expect(await request.outgoing.response).toEqual({
      status: 101,
      headers: [
        ['upgrade', 'SPDY/3.1'],
        ['x-stream-protocol-version', 'v4.channel.k8s.io'],
      ],
    });
  });

  it('says that the server broke off the connection', async () => {
    await using request = await arrival({ kind: 'upgrade' });
    const [socket] = duplexPair();
    await serve(request, async () => upgraded(socket));
    socket.destroy();
    const { stream } = request.outgoing;
    expect((await received(stream)).end).toBe('upstream-failed');
    expect(stream.errored).toMatchObject({ reason: 'the Kubernetes API server broke off the connection' });
  });

  it('discards what the client sends after the connection has closed, so that the stream can close', async () => {
    await using request = await arrival({ kind: 'upgrade' });
    const { incoming, outgoing } = request;
    const [socket, server] = duplexPair();
    await serve(request, async () => upgraded(socket));
    server.end('bye');
    expect(await textOf(outgoing.stream)).toBe('bye');
    await once(socket.destroy(), 'close');
    const closed = once(incoming.stream, 'close');
    outgoing.stream.end('still sending');
    await closed;
    expect(incoming.stream.errored).toBeNull();
  });

  it('is broken off if the client left meanwhile', async () => {
    await using request = await arrival({ kind: 'upgrade' });
    const { incoming, outgoing } = request;
    const [socket] = duplexPair();
    const result = Promise.withResolvers<UpgradeResult>();
    const upgrade = vi.fn((_request: UpgradeRequest) => result.promise);
    const serving = serve(request, upgrade);
    outgoing.stream.reset('cancelled', '');
    await received(incoming.stream);
    expect(upgrade.mock.calls[0]?.[0].signal.aborted).toBe(true);
    result.resolve(upgraded(socket));
    expect(await serving).toBe(101);
    expect(socket.destroyed).toBe(true);
  });

  it('is broken off if its headers are larger than a tunnel carries', async () => {
    await using request = await arrival({ kind: 'upgrade' });
    const [socket] = duplexPair();
    const headers: HeaderPairs = [['sec-websocket-protocol', 'x'.repeat(70_000)]];
    await expect(serve(request, async () => upgraded(socket, headers))).rejects.toMatchObject({ code: 'headers' });
    expect(socket.destroyed).toBe(true);
  });
});

describe('an upgrade that the apiserver refuses', () => {
  it.each([
    [401, 1],
    [403, 0],
  ])('by %i makes the agent forget its credential %i times', async (status, times) => {
    await using request = await arrival({ kind: 'upgrade' });
    const forget = vi.fn();
    expect(await serve(request, async () => refused(status, Readable.from([])), forget)).toBe(status);
    expect(forget).toHaveBeenCalledTimes(times);
  });

  it('is closed once the client has read the answer and ended', async () => {
    await using request = await arrival({ kind: 'upgrade' });
    const { incoming, outgoing } = request;
    await serve(request, async () => refused(403, Readable.from([Buffer.from('{}')])));
    expect(await textOf(outgoing.stream)).toBe('{}');
    const closed = once(incoming.stream, 'close');
    outgoing.stream.end('still sending');
    await closed;
    expect(incoming.stream.errored).toBeNull();
  });

  it('is broken off at the server if the client leaves during the answer', async () => {
    await using request = await arrival({ kind: 'upgrade' });
    const { incoming, outgoing } = request;
    const body = new Readable({ read() {} });
    await serve(request, async () => refused(403, body));
    outgoing.stream.reset('cancelled', '');
    await received(incoming.stream);
    expect(body.destroyed).toBe(true);
  });
});
