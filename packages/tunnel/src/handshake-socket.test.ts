import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { turns, until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type HandshakeError, HandshakeSocket } from './handshake-socket.ts';
import { FakeClock } from './test/fake-clock.ts';
import { type WebSocketPair, webSocketPair } from './test/web-socket-pair.ts';

useLeakCheck();

let clock: FakeClock;
let pair: WebSocketPair;

beforeEach(async () => {
  clock = new FakeClock();
  pair = await webSocketPair();
});

afterEach(async () => {
  await pair.close();
  expect(clock.pending).toBe(0);
});

function handshakeOn(ws: WebSocket) {
  const messages: string[] = [];
  const failures: HandshakeError[] = [];
  const socket = new HandshakeSocket(ws, { clock, timeoutMs: 5000 });
  socket.onMessage = (message) => messages.push(message);
  socket.onFail = (error) => failures.push(error);
  return { socket, messages, failures };
}

async function closeOf(ws: WebSocket): Promise<{ code: number; reason: string }> {
  const [code, reason] = (await once(ws, 'close')) as [number, Buffer];
  return { code, reason: reason.toString() };
}

describe('a socket during the handshake', () => {
  it('passes on a message of 4096 bytes', async () => {
    const { socket, messages, failures } = handshakeOn(pair.server);
    pair.client.send('é'.repeat(2048));
    await until(() => messages.length + failures.length === 1);
    expect([messages, failures]).toEqual([['é'.repeat(2048)], []]);
    expect(socket.isDone).toBe(false);
    socket.finish();
  });

  it.each<[string, string | Buffer, string]>([
    ['a message of 4097 bytes', 'x'.repeat(4097), 'a handshake message too large'],
    ['a binary message', Buffer.from('{}'), 'a frame before the handshake was over'],
  ])('closes on %s', async (_name, message, reason) => {
    const { socket, messages, failures } = handshakeOn(pair.server);
    const closed = closeOf(pair.client);
    pair.client.send(message);
    expect(await closed).toEqual({ code: 4400, reason });
    expect(failures).toMatchObject([{ code: 4400, reason, remote: false }]);
    expect(messages).toEqual([]);
    expect(socket.isDone).toBe(true);
  });

  it('closes after the deadline, and says so', async () => {
    const { failures } = handshakeOn(pair.server);
    const closed = closeOf(pair.client);
    await clock.advance(5000);
    expect(await closed).toEqual({ code: 4408, reason: 'the handshake took too long' });
    expect(failures).toMatchObject([
      {
        name: 'HandshakeError',
        message: 'slow: the handshake took too long',
        code: 4408,
        closeName: 'slow',
        reason: 'the handshake took too long',
        remote: false,
      },
    ]);
    expect(failures.map((failure) => Object.hasOwn(failure, 'cause'))).toEqual([false]);
  });

  it('reports only the first failure, and closes with it', async () => {
    const { socket, failures } = handshakeOn(pair.server);
    const closed = Promise.all([closeOf(pair.client), closeOf(pair.server)]);
    const cause = new Error('the database is down');
    socket.fail('internal', 'first', cause);
    socket.fail('limit', 'second');
    expect((await closed)[0]).toEqual({ code: 1011, reason: 'first' });
    expect(failures).toMatchObject([{ code: 1011, reason: 'first', remote: false, cause }]);
  });

  it.each<[string, (ws: WebSocket) => void, object]>([
    ['without a word', (ws) => ws.terminate(), { code: 1006, closeName: 'lost', reason: '', remote: true }],
    [
      'with a reason',
      (ws) => ws.close(4403, 'go away'),
      { code: 4403, closeName: 'revoked', reason: 'go away', remote: true },
    ],
  ])('reports that the peer closed %s', async (_name, end, failure) => {
    const { failures } = handshakeOn(pair.server);
    const closed = once(pair.server, 'close');
    end(pair.client);
    await closed;
    expect(failures).toMatchObject([failure]);
  });

  it('keeps no listener and no timer after the handshake', () => {
    const listeners = () => ['message', 'close', 'error'].map((name) => pair.server.listenerCount(name));
    const before = listeners();
    const { socket } = handshakeOn(pair.server);
    socket.finish();
    expect(listeners()).toEqual(before);
    expect(clock.pending).toBe(0);
    expect(socket.isDone).toBe(true);
  });

  it('gives up a connection that is not open yet', async () => {
    const silent = createServer();
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const ws = new WebSocket(`ws://127.0.0.1:${(silent.address() as AddressInfo).port}/tunnel`);
    const { failures } = handshakeOn(ws);
    const closed = new Promise((resolve) => ws.once('close', resolve));
    await clock.advance(5000);
    await closed;
    expect(failures).toMatchObject([{ code: 4408, remote: false }]);
    await new Promise((resolve) => silent.close(resolve));
  });

  it('cuts off a peer that does not answer the close frame that was already sent', async () => {
    const { socket, failures } = handshakeOn(pair.server);
    pair.client.pause();
    pair.server.close(1000);
    socket.fail('slow', 'too long');
    await turns();
    expect(pair.server.readyState).toBe(pair.server.CLOSED);
    expect(failures).toMatchObject([{ code: 4408, remote: false }]);
    pair.client.resume();
  });

  it('cuts off a peer that does not answer its close frame for 2 s', async () => {
    const { socket } = handshakeOn(pair.server);
    pair.client.pause();
    const closed = once(pair.server, 'close');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      socket.fail('proof', 'wrong key');
      vi.advanceTimersByTime(1999);
      await turns();
      expect(pair.server.readyState).toBe(pair.server.CLOSING);
      vi.advanceTimersByTime(1);
      await closed;
    } finally {
      vi.useRealTimers();
    }
    pair.client.resume();
  });
});
