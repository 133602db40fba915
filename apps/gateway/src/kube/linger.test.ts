import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import type { MuxStream } from '@postern/mux';
import { memorySessionPair, type SessionPair } from '@postern/mux/test';
import { turns, until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeClusterStream, FakeConnection } from '../test/fake-streams.ts';
import { lingerAfterHalfClose, Stillness } from './linger.ts';

useLeakCheck();

const still = { bytes: 7, waitsForCluster: false };

it('counts from the last traffic, not from the first check', () => {
  const stillness = new Stillness(30);
  expect(stillness.look(still, 0)).toBe(false);
  expect(stillness.look(still, 29)).toBe(false);
  expect(stillness.look({ ...still, bytes: 8 }, 29)).toBe(false);
  expect(stillness.look({ ...still, bytes: 8 }, 58)).toBe(false);
  expect(stillness.look({ ...still, bytes: 8 }, 59)).toBe(true);
});

it.each([0, 1])('counts from the first check, whenever that is and even if only %i bytes had moved before', (bytes) => {
  const stillness = new Stillness(30);
  expect(stillness.look({ ...still, bytes }, 100)).toBe(false);
  expect(stillness.look({ ...still, bytes }, 129)).toBe(false);
  expect(stillness.look({ ...still, bytes }, 130)).toBe(true);
});

it('counts no time while bytes wait for the cluster', () => {
  const stillness = new Stillness(30);
  for (let now = 0; now < 1_000; now += 10) {
    expect(stillness.look({ ...still, waitsForCluster: true }, now)).toBe(false);
  }
  expect(stillness.look(still, 1_010)).toBe(false);
  expect(stillness.look(still, 1_030)).toBe(true);
});

describe('a connection joined to a stream', () => {
  const limitMs = 80_000;
  let pair: SessionPair;
  let gateway: Socket;
  let client: Socket;
  let stream: MuxStream;
  let cluster: MuxStream;

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
    [gateway] = await accepted;
    server.close();
    pair = await memorySessionPair();
    const opened = once(pair.agent, 'stream') as Promise<[MuxStream]>;
    stream = pair.gateway.open(Buffer.alloc(0));
    [cluster] = await opened;
    cluster.accept(Buffer.alloc(0));
    for (const readable of [client, gateway, stream, cluster]) readable.resume();
    lingerAfterHalfClose(gateway, stream, limitMs);
  });
  afterEach(async () => {
    vi.useRealTimers();
    client.destroy();
    gateway.destroy();
    await pair.close();
  });

  it('lasts as long as neither side has ended', () => {
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(10 * limitMs);
    expect(gateway.destroyed).toBe(false);
  });

  it.each([
    ['the client', async () => void (await Promise.all([once(gateway, 'end'), client.end()]))],
    ['the cluster', async () => void (await Promise.all([once(gateway, 'finish'), gateway.end()]))],
  ])('is destroyed after the limit without traffic once %s has ended', async (_, end) => {
    vi.advanceTimersByTime(limitMs);
    await end();
    vi.advanceTimersByTime(limitMs - 1);
    expect(gateway.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(gateway.destroyed).toBe(true);
    await once(gateway, 'close');
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['from the client', async () => void (await Promise.all([once(gateway, 'data'), client.write('x')]))],
    ['to the client', async () => void (await Promise.all([once(client, 'data'), gateway.write('x')]))],
    ['to the cluster', async () => void (await Promise.all([once(cluster, 'data'), stream.write('x')]))],
    ['from the cluster', async () => void (await Promise.all([once(stream, 'data'), cluster.write('x')]))],
  ])('lasts while bytes move %s now and then', async (direction, move) => {
    const ended = direction === 'from the client' ? once(gateway, 'finish') : once(gateway, 'end');
    if (direction === 'from the client') gateway.end();
    else client.end();
    await ended;
    for (let round = 0; round < 3; round++) {
      vi.advanceTimersByTime(limitMs - limitMs / 8);
      await move();
    }
    expect(gateway.destroyed).toBe(false);
    vi.advanceTimersByTime(2 * limitMs);
    expect(gateway.destroyed).toBe(true);
  });

  it('lasts while a slow client reads what waits for it', async () => {
    client.pause();
    client.end();
    await once(gateway, 'end');
    gateway.write(Buffer.alloc(16 * 1024 * 1024));
    await until(() => gateway.writableLength > 0);
    vi.advanceTimersByTime(limitMs - limitMs / 8);
    client.resume();
    await until(() => gateway.writableLength === 0);
    vi.advanceTimersByTime(limitMs - limitMs / 8);
    expect(gateway.destroyed).toBe(false);
    vi.advanceTimersByTime(limitMs);
    expect(gateway.destroyed).toBe(true);
  });

  it('lasts while bytes wait for the cluster', async () => {
    cluster.pause();
    client.end();
    await once(gateway, 'end');
    stream.write(Buffer.alloc(1024 * 1024));
    await until(() => stream.writableLength > 0 && cluster.bytesReceived > 0);
    vi.advanceTimersByTime(10 * limitMs);
    expect(gateway.destroyed).toBe(false);
    cluster.resume();
    await until(() => stream.writableLength === 0);
    vi.advanceTimersByTime(2 * limitMs);
    expect(gateway.destroyed).toBe(true);
  });

  it('has one timer when both sides have ended', async () => {
    client.end();
    await once(gateway, 'end');
    gateway.end();
    expect(vi.getTimerCount()).toBe(1);
    await once(gateway, 'close');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the traffic', () => {
  const limitMs = 80_000;
  let socket: FakeConnection & { bytesRead: number; bytesWritten: number };
  let stream: FakeClusterStream;

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    socket = Object.assign(new FakeConnection(), { bytesRead: 0, bytesWritten: 0 });
    stream = new FakeClusterStream();
    lingerAfterHalfClose(socket, stream, limitMs);
    socket.resume().push(null);
    await once(socket, 'end');
  });
  afterEach(async () => {
    socket.destroy();
    await turns();
    vi.useRealTimers();
  });

  it.each([
    [
      'from the client to the cluster',
      () => {
        socket.bytesRead += 5;
        stream.bytesSent += 5;
      },
    ],
    [
      'from the cluster to the client',
      () => {
        stream.bytesReceived += 5;
        socket.bytesWritten += 5;
      },
    ],
  ])('includes bytes that pass %s', (_, pass) => {
    vi.advanceTimersByTime(limitMs - limitMs / 8);
    pass();
    vi.advanceTimersByTime(limitMs);
    expect(socket.destroyed).toBe(false);
    vi.advanceTimersByTime(limitMs / 8);
    expect(socket.destroyed).toBe(true);
  });

  it('does not include bytes that only queue for the client', () => {
    vi.advanceTimersByTime(limitMs - limitMs / 8);
    socket.isSlow = true;
    socket.write('queued');
    socket.bytesWritten = socket.writableLength;
    vi.advanceTimersByTime(limitMs / 8);
    expect(socket.destroyed).toBe(true);
  });
});
