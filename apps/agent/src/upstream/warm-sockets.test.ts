import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { until } from '@postern/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WarmSockets } from './warm-sockets.ts';

let server: Server;
let warm: WarmSockets;
/** Each connection waits for the test to resolve its entry before it dials. */
let dials: PromiseWithResolvers<void>[];
let accepted: Socket[];

beforeEach(async () => {
  accepted = [];
  dials = [];
  server = createServer((socket) => accepted.push(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  warm = new WarmSockets(async () => {
    const gate = Promise.withResolvers<void>();
    dials.push(gate);
    await gate.promise;
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  }, 1);
});
afterEach(() => {
  warm.close();
  for (const socket of accepted) socket.destroy();
  server.close();
});

it('gives a request the connection in progress, and opens another for the next one', async () => {
  warm.fill();
  const taken = warm.take();
  expect(dials).toHaveLength(1);
  dials[0]?.resolve();
  const socket = await taken;
  expect(socket.destroyed).toBe(false);
  expect(warm.size).toBe(0);
  await until(() => dials.length === 2);
  dials[1]?.resolve();
  await until(() => warm.size === 1);
  expect(warm.take()).not.toBe(socket);
  socket.destroy();
});

it('gives no connection to two requests', async () => {
  warm.fill();
  const both = [warm.take(), warm.take()];
  for (const dial of dials) dial.resolve();
  const [one, other] = await Promise.all(both);
  expect(one).not.toBe(other);
  one?.destroy();
  other?.destroy();
});

it('rejects with the error of the connection that a request took', async () => {
  warm.fill();
  const taken = warm.take();
  dials[0]?.reject(new Error('refused'));
  await expect(taken).rejects.toThrow('refused');
  expect(warm.size).toBe(0);
});
