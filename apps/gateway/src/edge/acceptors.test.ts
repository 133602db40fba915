import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Acceptors } from './acceptors.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

function start(onConnection: (socket: Socket) => void = (socket) => socket.destroy()): Acceptors {
  const onError = (error: Error): void => {
    throw error;
  };
  const acceptors = new Acceptors({ onConnection, onError }, { allowHalfOpen: false });
  opened.push(acceptors);
  return acceptors;
}

it('holds its port exclusively and releases it on close', async () => {
  const first = start();
  const { port } = await first.listen(0, '127.0.0.1');
  await expect(start().listen(port, '127.0.0.1')).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await first.close();
  expect(await start().listen(port, '127.0.0.1')).toMatchObject({ port });
});

it.runIf(process.platform === 'linux')('accepts many connections in one turn of the event loop', async () => {
  const perTurn = [0];
  let isOver = false;
  const nextTurn = (): void => {
    if (isOver) return;
    perTurn.push(0);
    setImmediate(nextTurn);
  };
  let accepted = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const acceptors = start((socket) => {
    perTurn[perTurn.length - 1] = (perTurn.at(-1) ?? 0) + 1;
    socket.destroy();
    accepted++;
    if (accepted === 100) resolve();
  });
  const { port } = await acceptors.listen(0, '127.0.0.1');
  nextTurn();
  for (let index = 0; index < 100; index++) connect(port, '127.0.0.1').on('error', () => {});
  await promise;
  isOver = true;
  // Each listening socket accepts one per turn; the kernel chooses the socket of each connection.
  expect(Math.max(...perTurn)).toBeGreaterThan(4);
});
