import { once } from 'node:events';
import type { Socket } from 'node:net';
import { turns, until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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

  it.each([
    [0, [0]],
    [125, [125]],
    [126, [126, 0, 126]],
    [65_535, [126, 255, 255]],
    [65_536, [127, 0, 0, 0, 0, 0, 1, 0, 0]],
  ])('sends a message of %d bytes with the shortest header', async (length, [first = 0, ...more]) => {
    const { transport } = receiveOn(side);
    const write = vi.spyOn(socketOf(pair[side]), 'write');
    const arrived = once(pair[other], 'message') as Promise<[Buffer, boolean]>;
    transport.send([Buffer.alloc(length, 7)]);
    const header = side === 'client' ? [0x82, first | 0x80, ...more, 0, 0, 0, 0] : [0x82, first, ...more];
    const written = Buffer.concat(write.mock.calls.map(([bytes]) => bytes as Buffer));
    expect([...written.subarray(0, written.length - length)]).toEqual(header);
    const [message, isBinary] = await arrived;
    expect(message.equals(Buffer.alloc(length, 7))).toBe(true);
    expect(isBinary).toBe(true);
  });

  it.each([
    ['together when they are small', [2048], 1],
    ['as it is when it is large', [2049], 2],
    ['together when they are small on average', [1, 4095], 1],
    ['as they are when they are large on average', [1, 4096], 3],
  ])('writes the parts of a message %s', async (_how, lengths, writes) => {
    const { transport } = receiveOn(side);
    const write = vi.spyOn(socketOf(pair[side]), 'write');
    const arrived = once(pair[other], 'message') as Promise<[Buffer]>;
    const parts = lengths.map((length, i) => Buffer.alloc(length, i));
    transport.send(parts);
    expect(write).toHaveBeenCalledTimes(writes);
    expect((await arrived)[0].equals(Buffer.concat(parts))).toBe(true);
  });

  it.each([[[10, 10, 10]], [[5000, 5000, 5000]]])('reports once that parts of %j bytes were sent', async (lengths) => {
    const { transport } = receiveOn(side);
    let drains = 0;
    transport.ondrain = () => drains++;
    const arrived = once(pair[other], 'message');
    transport.send(lengths.map((length) => Buffer.alloc(length)));
    await arrived;
    await until(() => drains > 0);
    await turns();
    expect(drains).toBe(1);
  });

  it('sends in one go what it is given in one turn, every time', async () => {
    const { transport } = receiveOn(side);
    const socket = socketOf(pair[side]);
    for (let i = 0; i < 2; i++) {
      transport.send([Buffer.from('first')]);
      transport.send([Buffer.from('second')]);
      expect(socket.writableCorked).toBe(1);
      await turns(1);
      expect(socket.writableCorked).toBe(0);
    }
  });

  it('sends nothing after its close frame', async () => {
    const { transport, closes } = receiveOn(side);
    const write = vi.spyOn(socketOf(pair[side]), 'write');
    transport.close(1000, 'over');
    const frames = write.mock.calls.length;
    transport.send([Buffer.from('late')]);
    expect(write).toHaveBeenCalledTimes(frames);
    await until(() => closes.length === 1);
  });

  it('cuts off a peer that does not answer its close frame for 5 s', async () => {
    const { transport } = receiveOn(side);
    pair[other].pause();
    const closed = once(pair[side], 'close');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      transport.close(1000, 'over');
      transport.close(1000, 'again');
      vi.advanceTimersByTime(4999);
      await turns();
      expect(pair[side].readyState).toBe(pair[side].CLOSING);
      vi.advanceTimersByTime(1);
      await closed;
    } finally {
      vi.useRealTimers();
    }
    pair[other].resume();
  });

  it('starts no timer when it is already closed', async () => {
    const { transport, closes } = receiveOn(side);
    transport.terminate();
    await until(() => closes.length === 1);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      transport.close(1000, 'over');
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
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
