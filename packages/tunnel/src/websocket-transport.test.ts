import { once } from 'node:events';
import type { Socket } from 'node:net';
import { turns, until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { WebSocketTransport } from './index.ts';
import { clientFrame, memoryWebSocket } from './test/memory-web-socket.ts';
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

  const whole = peerFrame(side, 0x82, [1, 2, 3, 4]);
  const fragments = [peerFrame(side, 0x02, [1, 2]), peerFrame(side, 0x80, [3, 4])] as const;

  it.each<[string, Buffer, Buffer]>([
    ['half a header', whole.subarray(0, 1), whole.subarray(1)],
    ['half a frame', whole.subarray(0, 2), whole.subarray(2)],
    ['half a message', ...fragments],
  ])('leaves a message to ws that already has %s of it, and loses none', async (_what, before, after) => {
    const raw = socketOf(pair[other]);
    const { messages, readByWs } = receiveOn(side);
    const receiver = (pair[side] as unknown as { _receiver: { write(chunk: Buffer): boolean } })._receiver;
    receiver.write(Buffer.from(before));
    raw.write(Buffer.from(after));
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
    ['a reserved close code', (ws) => socketOf(ws).write(peerFrame(side, 0x88, [1005 >> 8, 1005 & 255])), 1002],
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

describe('a transport over a connection in memory', () => {
  function start() {
    const { ws, connection } = memoryWebSocket();
    const closes: [code: number, reason: string][] = [];
    const transport = new WebSocketTransport(ws, 'gateway');
    transport.onclose = (code, reason) => closes.push([code, reason]);
    return { connection, transport, closes };
  }

  it.each([
    [0, [0x82, 0]],
    [125, [0x82, 125]],
    [126, [0x82, 126, 0, 126]],
    [65_535, [0x82, 126, 255, 255]],
    [65_536, [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]],
  ])('sends a message of %d bytes with the shortest header for it', async (length, header) => {
    const { connection, transport } = start();
    const message = Buffer.alloc(length, 1);
    transport.send([message]);
    await turns(1);
    expect(Buffer.concat(connection.writes.flat()).equals(Buffer.from([...header, ...message]))).toBe(true);
  });

  it('sends the messages of one turn of the event loop in one write', async () => {
    const { connection, transport } = start();
    for (const turn of [1, 2]) {
      transport.send([Buffer.from('one')]);
      transport.send([Buffer.from('three')]);
      expect(connection.writes).toHaveLength(turn - 1);
      // Once per turn, not once per message.
      expect(connection.writableCorked).toBe(1);
      await turns(1);
    }
    const write = [Buffer.from('\x82\x03one', 'latin1'), Buffer.from('\x82\x05three', 'latin1')];
    expect(connection.writes).toEqual([write, write]);
  });

  it('copies the parts of a message together if they are small', async () => {
    const { connection, transport } = start();
    transport.send([Buffer.alloc(1), Buffer.alloc(4095)]);
    await turns(1);
    expect(connection.writes.map((chunks) => chunks.map(({ length }) => length))).toEqual([[4 + 4096]]);
  });

  it('does not copy the parts of a message if they are large', async () => {
    const { connection, transport } = start();
    const parts = [Buffer.alloc(2048), Buffer.alloc(2049)] as const;
    transport.send(parts);
    await turns(1);
    const [chunks, ...others] = connection.writes;
    expect(chunks).toEqual([Buffer.from([0x82, 126, 4097 >> 8, 4097 & 255]), ...parts]);
    expect(chunks?.[1]).toBe(parts[0]);
    expect(chunks?.[2]).toBe(parts[1]);
    expect(others).toEqual([]);
  });

  it.each([
    ['small', [1, 2, 3]],
    ['large', [4000, 5000, 6000]],
  ])('reports once per message of %s parts that there may be room again', async (_size, lengths) => {
    const { transport } = start();
    let drains = 0;
    transport.ondrain = () => drains++;
    for (let sent = 1; sent <= 2; sent++) {
      transport.send(lengths.map((length) => Buffer.alloc(length)));
      await turns(1);
      expect(drains).toBe(sent);
    }
  });

  it('sends nothing after it was closed', async () => {
    const { connection, transport } = start();
    transport.close(1000, 'done');
    transport.send([Buffer.from('late')]);
    await turns(1);
    expect(Buffer.concat(connection.writes.flat())).toEqual(Buffer.from('\x88\x06\x03\xe8done', 'latin1'));
    connection.destroy();
  });

  it('drops messages that nobody listens for', async () => {
    const { connection, transport } = start();
    await turns(1);
    connection.push(clientFrame(0x82, 'first'));
    const messages: string[] = [];
    transport.onmessage = (parts) => messages.push(String(Buffer.concat(parts)));
    connection.push(clientFrame(0x82, 'second'));
    expect(messages).toEqual(['second']);
  });

  it('ignores what follows the close frame, even if ws read the close frame', async () => {
    const { ws, connection } = memoryWebSocket();
    connection.push(clientFrame(0x82, 'a').subarray(0, 1));
    await turns(1);
    const transport = new WebSocketTransport(ws, 'gateway');
    const closes: [code: number, reason: string][] = [];
    const messages: string[] = [];
    transport.onmessage = (message) => messages.push(Buffer.concat(message).toString());
    transport.onclose = (code, reason) => closes.push([code, reason]);
    connection.push(Buffer.concat([clientFrame(0x82, 'a').subarray(1), clientFrame(0x88, [1000 >> 8, 1000 & 255])]));
    connection.push(clientFrame(0x89));
    connection.push(clientFrame(0x82, 'after the close'));
    connection.push(null);
    await turns();
    expect(messages).toEqual(['a']);
    expect(closes).toEqual([[1000, '']]);
  });

  it('cuts off a peer that does not answer a close within 5 s', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { transport, closes } = start();
      transport.close(1001, 'going');
      vi.advanceTimersByTime(4000);
      transport.close(1001, 'going');
      vi.advanceTimersByTime(999);
      await turns();
      expect(closes).toEqual([]);
      vi.advanceTimersByTime(1);
      await turns();
      expect(closes).toEqual([[1006, '']]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('waits for nothing if it is closed after its end', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { connection, transport, closes } = start();
      connection.destroy();
      await turns();
      expect(closes).toEqual([[1006, '']]);
      transport.close(1001, 'going');
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
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

/** A short frame as the peer of this side sends it. */
function peerFrame(side: 'server' | 'client', firstByte: number, payload: number[]): Buffer {
  const frame = clientFrame(firstByte, payload);
  return side === 'server' ? frame : Buffer.from([firstByte, payload.length, ...payload]);
}
