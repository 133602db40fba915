import { turns, until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { WebSocketTransport } from './index.ts';
import { clientFrame, memoryWebSocket } from './test/memory-web-socket.ts';
import { type WebSocketPair, webSocketPair } from './test/web-socket-pair.ts';

// A later version of `ws` may have other internals. With any one difference the tunnel must still work.

useLeakCheck();

let pair: WebSocketPair;
beforeEach(async () => {
  pair = await webSocketPair();
});
afterEach(() => pair.close());

/** A proxy of an object, with some properties changed. */
function changed<T extends object>(real: T, differences: Record<string, unknown>): T {
  return new Proxy(real, {
    get: (target, name) => {
      if (name in differences) return differences[String(name)];
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value),
  });
}

interface Inside {
  _socket: object;
  _receiver: object;
}
const inside = (ws: WebSocket): Inside => ws as unknown as Inside;
const nothing = (): void => {};

const differences: [string, (ws: WebSocket) => Record<string, unknown>][] = [
  ['no _socket', () => ({ _socket: undefined })],
  ['no _receiver', () => ({ _receiver: undefined })],
  ['no _isServer', () => ({ _isServer: undefined })],
  ['no _bufferedBytes', (ws) => ({ _receiver: changed(inside(ws)._receiver, { _bufferedBytes: undefined }) })],
  ['no _state', (ws) => ({ _receiver: changed(inside(ws)._receiver, { _state: undefined }) })],
  ['states that are strings', (ws) => ({ _receiver: changed(inside(ws)._receiver, { _state: 'GET_INFO' }) })],
  ['no _fragmented', (ws) => ({ _receiver: changed(inside(ws)._receiver, { _fragmented: undefined }) })],
  ['no reader of the socket', (ws) => ({ _socket: changed(inside(ws)._socket, { listeners: () => [] }) })],
  [
    'two readers of the socket',
    (ws) => ({ _socket: changed(inside(ws)._socket, { listeners: () => [nothing, nothing] }) }),
  ],
];

describe.each([
  ['gateway', 'server', 'client'],
  ['agent', 'client', 'server'],
] as const)('at the %s', (role, side, other) => {
  it.each(differences)('messages pass both ways with %s', async (_, difference) => {
    const ws = changed(pair[side], difference(pair[side]));
    const transport = new WebSocketTransport(ws, role);
    const got: Buffer[] = [];
    transport.onmessage = (parts) => got.push(Buffer.concat(parts));
    const answered: Buffer[] = [];
    pair[other].on('message', (data: Buffer) => answered.push(data));
    const messages = Array.from({ length: 40 }, (_unused, index) => Buffer.alloc(index * 3_000, index));
    for (const message of messages) {
      pair[other].send(message);
      transport.send([message.subarray(0, 5), message.subarray(5)]);
    }
    await until(() => got.length === messages.length && answered.length === messages.length);
    expect(Buffer.concat(got).equals(Buffer.concat(messages))).toBe(true);
    expect(Buffer.concat(answered).equals(Buffer.concat(messages))).toBe(true);
    const pong = new Promise((resolve) => pair[other].once('pong', resolve));
    pair[other].ping();
    await pong;
  });
});

it('ignores what follows a close frame, when ws reads everything', async () => {
  const { ws, connection } = memoryWebSocket();
  const receiver = changed(inside(ws)._receiver, { _state: undefined });
  const transport = new WebSocketTransport(changed(ws, { _receiver: receiver }), 'gateway');
  const closes: [code: number, reason: string][] = [];
  transport.onclose = (code, reason) => closes.push([code, reason]);
  await turns(1);
  connection.push(clientFrame(0x88, [1000 >> 8, 1000 & 255]));
  connection.push(clientFrame(0x89));
  connection.push(null);
  await turns();
  expect(closes).toEqual([[1000, '']]);
});
