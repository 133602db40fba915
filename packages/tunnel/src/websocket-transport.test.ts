import { once } from 'node:events';
import type { Socket } from 'node:net';
import { turns, until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { WebSocketTransport } from './index.ts';
import { type WebSocketPair, webSocketPair } from './test/web-socket-pair.ts';
import { cutReason } from './websocket-transport.ts';

useLeakCheck();

let pair: WebSocketPair;

beforeEach(async () => {
  pair = await webSocketPair();
});

afterEach(() => pair.close());

/** Receives with the product's transport on one side; the test sends from the other. */
function receiveOn(side: 'server' | 'client') {
  const ws = pair[side];
  const messages: Buffer[] = [];
  const closes: [code: number, reason: string][] = [];
  let readByWs = 0;
  const transport = new WebSocketTransport(ws, side === 'server' ? 'gateway' : 'agent');
  ws.on('message', () => readByWs++);
  transport.onmessage = (parts) => messages.push(Buffer.concat(parts));
  transport.onclose = (code, reason) => closes.push([code, reason]);
  return { transport, messages, closes, readByWs: () => readByWs };
}

function socketOf(ws: WebSocket): Socket {
  return (ws as unknown as { _socket: Socket })._socket;
}

describe.each(['server', 'client'] as const)('the transport on the %s side', (side) => {
  const other = side === 'server' ? 'client' : 'server';

  it('reads messages without the receiver of ws', async () => {
    const { messages, readByWs } = receiveOn(side);
    const sent = Array.from({ length: 50 }, (_, i) => Buffer.alloc(i * 2500, i));
    for (const message of sent) pair[other].send(message);
    await until(() => messages.length === sent.length);
    expect(Buffer.concat(messages).equals(Buffer.concat(sent))).toBe(true);
    expect(readByWs()).toBe(0);
  });

  it('takes over between two messages only, and loses none', async () => {
    const raw = socketOf(pair[other]);
    const { messages, readByWs } = receiveOn(side);
    // The receiver of ws already has half a frame.
    const [header, mask] =
      side === 'server'
        ? [
            [0x82, 0x84],
            [0, 0, 0, 0],
          ]
        : [[0x82, 4], []];
    const receiver = (pair[side] as unknown as { _receiver: { write(chunk: Buffer): boolean } })._receiver;
    receiver.write(Buffer.from(header));
    raw.write(Buffer.from([...mask, 1, 2, 3, 4]));
    await until(() => messages.length === 1);
    expect(readByWs()).toBe(1);
    pair[other].send(Buffer.from('second'));
    await until(() => messages.length === 2);
    expect(messages.map(String)).toEqual(['\x01\x02\x03\x04', 'second']);
    expect(readByWs()).toBe(1);
  });

  it('answers a ping, also between fragments', async () => {
    const { messages } = receiveOn(side);
    pair[other].send('a', { fin: false, binary: true });
    pair[other].ping('hello');
    const [data] = (await once(pair[other], 'pong')) as [Buffer];
    pair[other].send('b');
    await until(() => messages.length === 1);
    expect(String(data)).toBe('hello');
    expect(String(messages[0])).toBe('ab');
  });

  it.each([0, 125])('cuts off a peer that sends pings of %d bytes and does not read the answers', async (size) => {
    const { closes } = receiveOn(side);
    const raw = socketOf(pair[other]);
    raw.pause();
    pair[other].on('error', () => {});
    const ping = Buffer.concat([
      Buffer.from([0x89, size | (side === 'server' ? 0x80 : 0)]),
      Buffer.alloc(side === 'server' ? 4 : 0),
      Buffer.alloc(size),
    ]);
    const batch = Buffer.concat(Array.from({ length: 1000 }, () => ping));
    let mostBuffered = 0;
    for (let i = 0; i < 1000 && closes.length === 0; i++) {
      raw.write(batch);
      await turns(1);
      mostBuffered = Math.max(mostBuffered, pair[side].bufferedAmount);
    }
    await until(() => closes.length === 1);
    expect(mostBuffered).toBeLessThan(64 * 1024);
  });

  it('is closed by the peer with its code and reason', async () => {
    const { closes } = receiveOn(side);
    pair[other].send('a', { binary: true });
    pair[other].close(4401, 'go away');
    await until(() => closes.length === 1);
    expect(closes).toEqual([[4401, 'go away']]);
  });

  it('passes text on as an empty message', async () => {
    const { messages } = receiveOn(side);
    pair[other].send('text');
    await until(() => messages.length === 1);
    expect(messages[0]?.length).toBe(0);
  });

  it.each<[string, (ws: WebSocket) => void, number]>([
    ['a reserved bit', (ws) => socketOf(ws).write(Buffer.from([0xc2, 0x80, 0, 0, 0, 0])), 1002],
    ['a message above 128 KiB', (ws) => ws.send(Buffer.alloc(128 * 1024 + 1)), 1009],
    ['too many fragments', (ws) => Array.from({ length: 300 }, () => ws.send('x', { fin: false, binary: true })), 1008],
    ['a reserved close code', (ws) => socketOf(ws).write(closeFrame(side === 'server', 1005)), 1002],
  ])('closes on %s', async (_name, behave, code) => {
    const { closes, messages } = receiveOn(side);
    const closed = once(pair[other], 'close');
    pair[other].on('error', () => {});
    behave(pair[other]);
    expect((await closed)[0]).toBe(code);
    await until(() => closes.length === 1);
    expect(closes).toEqual([[1006, expect.stringMatching(/./)]]);
    expect(messages).toEqual([]);
  });

  it('cuts off the peer', async () => {
    const { transport, closes } = receiveOn(side);
    const closed = once(pair[other], 'close') as Promise<[number, Buffer]>;
    transport.terminate();
    expect((await closed)[0]).toBe(1006);
    await until(() => closes.length === 1);
    expect(closes).toEqual([[1006, '']]);
  });

  it('closes with the connection', async () => {
    const { closes } = receiveOn(side);
    pair[other].terminate();
    await until(() => closes.length === 1);
    expect(closes).toEqual([[1006, '']]);
  });
});

describe('a close reason', () => {
  it.each([
    ['has up to 123 bytes', 'x'.repeat(123), 'x'.repeat(123)],
    ['is cut to 123 bytes', 'x'.repeat(125), 'x'.repeat(123)],
    ['is cut between two characters', 'é'.repeat(62), 'é'.repeat(61)],
  ])('%s', (_what, reason, cut) => {
    expect(cutReason(reason)).toBe(cut);
  });
});

function closeFrame(masked: boolean, code: number): Buffer {
  return Buffer.from([0x88, masked ? 0x82 : 2, ...(masked ? [0, 0, 0, 0] : []), code >> 8, code & 255]);
}
