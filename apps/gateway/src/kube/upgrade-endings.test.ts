import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { StreamResetError } from '@postern/mux';
import { turns, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { classify } from '../access/classify.ts';
import { FakeClusterStream, FakeConnection } from '../test/fake-streams.ts';
import { readAddress } from './address.ts';
import { forwardUpgrade } from './forward-upgrade.ts';

// A client joined to the stream of a cluster: how each side notices the end of the other.

useLeakCheck();

let socket: FakeConnection;
let stream: FakeClusterStream;
let cuts: number;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  socket = new FakeConnection();
  stream = new FakeClusterStream();
  cuts = 0;
});
afterEach(async () => {
  socket.destroy();
  stream.destroy();
  await turns();
  const timers = vi.getTimerCount();
  vi.useRealTimers();
  expect({ cuts, timers }).toEqual({ cuts: 0, timers: 0 });
});

const asked = classify('POST', readAddress('/api/v1/namespaces/a/pods/p/exec?command=x').target);
const broken = new StreamResetError('upstream-failed', 'it broke off', true);

async function join({ client = socket, head = '' }: { client?: Duplex; head?: string } = {}): Promise<boolean> {
  const cut = (): void => {
    cuts++;
  };
  const headers: [string, string][] = [
    ['upgrade', 'spdy/3.1'],
    ['x-stream-protocol-version', 'v4-\u00e9'],
  ];
  return forwardUpgrade({
    socket: client,
    head: Buffer.from(head),
    opened: { stream, answer: { status: 101, headers }, cut },
    asked,
    protocol: 'SPDY/3.1',
  });
}

it('gets the head of the cluster byte by byte, and sends what came early first', async () => {
  expect(await join({ head: 'early' })).toBe(true);
  expect(socket.received).toBe(
    'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: SPDY/3.1\r\nx-stream-protocol-version: v4-\u00e9\r\n\r\n',
  );
  socket.push('late');
  await turns();
  expect(stream.received).toBe('earlylate');
});

it('keeps a TCP connection open without traffic, and sends at once', async () => {
  const client = new Socket();
  client.on('error', () => {});
  const timeout = vi.spyOn(client, 'setTimeout');
  const noDelay = vi.spyOn(client, 'setNoDelay');
  const keepAlive = vi.spyOn(client, 'setKeepAlive');
  await join({ client });
  expect(timeout.mock.calls).toEqual([[0]]);
  expect(noDelay.mock.calls).toEqual([[true]]);
  expect(keepAlive.mock.calls).toEqual([[true, 30_000]]);
  client.destroy();
  await turns();
});

describe('a client', () => {
  it('that closes its connection after its last bytes aborts the stream', async () => {
    await join();
    socket.push(null);
    await turns();
    expect(stream.endings).toEqual([]);
    socket.destroy();
    await turns();
    expect(stream.endings).toEqual(['abort cancelled: the client broke off the connection']);
  });

  it('that has ended is disconnected after five minutes of silence', async () => {
    await join();
    socket.push(null);
    await turns();
    vi.advanceTimersByTime(299_999);
    expect(socket.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(socket.destroyed).toBe(true);
  });
});

describe('a cluster', () => {
  it.each<[string, () => void]>([
    ['breaks off', () => stream.destroy(broken)],
    ['closes without an error', () => stream.destroy()],
  ])('that %s disconnects the client, after what it had sent', async (_, end) => {
    await join();
    stream.push('last');
    await turns();
    end();
    await turns();
    expect(socket.received).toMatch(/\r\n\r\nlast$/);
    expect(socket.destroyed).toBe(true);
  });

  it('that breaks off after its last bytes disconnects the client', async () => {
    await join();
    stream.push('last');
    stream.push(null);
    await turns();
    expect([socket.writableFinished, socket.destroyed]).toEqual([true, false]);
    stream.destroy(broken);
    await turns();
    expect(socket.destroyed).toBe(true);
  });
});

describe('a slow client', () => {
  beforeEach(async () => {
    await join();
    socket.isSlow = true;
    stream.push('last');
    await turns();
  });

  it('has 30 s to read what the cluster sent before it broke off', async () => {
    stream.destroy(broken);
    await turns();
    vi.advanceTimersByTime(29_999);
    expect(socket.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(socket.destroyed).toBe(true);
  });

  it('gets everything if the cluster breaks off after its last bytes, and is then disconnected', async () => {
    stream.push(null);
    await turns();
    stream.destroy(broken);
    await turns();
    expect([socket.writableEnded, socket.destroyed]).toEqual([true, false]);
    socket.catchUp();
    await turns();
    expect(socket.received).toMatch(/\r\n\r\nlast$/);
    expect(socket.destroyed).toBe(true);
  });

  it('may take longer if both sides have ended properly', async () => {
    stream.push(null);
    socket.push(null);
    await turns();
    expect(stream.closed).toBe(true);
    vi.advanceTimersByTime(30_000);
    expect(socket.destroyed).toBe(false);
    socket.catchUp();
    await turns();
    expect(socket.received).toMatch(/\r\n\r\nlast$/);
  });
});
