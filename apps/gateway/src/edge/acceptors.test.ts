import { once } from 'node:events';
import { type AddressInfo, connect, createServer, Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Acceptors } from './acceptors.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
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

it.each([true, false])('passes connections on paused, and half-open as it was told (%s)', async (allowHalfOpen) => {
  const { promise, resolve } = Promise.withResolvers<Socket>();
  const acceptors = new Acceptors({ onConnection: resolve, onError: () => {} }, { allowHalfOpen });
  opened.push(acceptors);
  const { port } = await acceptors.listen(0, '127.0.0.1');
  const client = connect(port, '127.0.0.1');
  const socket = await promise;
  expect({ isPaused: socket.isPaused(), allowHalfOpen: socket.allowHalfOpen }).toEqual({
    isPaused: true,
    allowHalfOpen,
  });
  socket.destroy();
  await once(client.resume(), 'close');
});

it('reports when one of its listening sockets fails later on', async () => {
  const listen = vi.spyOn(Server.prototype, 'listen');
  const errors: Error[] = [];
  const acceptors = new Acceptors(
    { onConnection: () => {}, onError: (error) => errors.push(error) },
    { allowHalfOpen: false },
  );
  opened.push(acceptors);
  await acceptors.listen(0, '127.0.0.1');
  // The first was there only to choose the port.
  const servers = listen.mock.contexts.slice(1) as Server[];
  const failures = servers.map((server, index) => {
    const failure = new Error(`EMFILE ${index}`);
    server.emit('error', failure);
    return failure;
  });
  expect(errors).toEqual(failures);
});

describe.runIf(process.platform === 'linux')('a port that was free a moment ago', () => {
  /** Replaces the opening of the first listening socket, after the port was checked. */
  function insteadOfOpening(act: (server: Server, options: { port: number }, open: () => void) => void): void {
    const { listen } = Server.prototype;
    const open = (server: Server, args: unknown[]): Server => Reflect.apply(listen, server, args);
    vi.spyOn(Server.prototype, 'listen')
      .mockImplementationOnce(function (this: Server, ...args: unknown[]) {
        return open(this, args);
      })
      .mockImplementationOnce(function (this: Server, ...args: unknown[]) {
        act(this, args[0] as { port: number }, () => open(this, args));
        return this;
      });
  }

  /** Another program opens the port first; it closes it again when `server` could not have it. */
  function takePort(server: Server, { port }: { port: number }, open: () => void): void {
    const other = createServer();
    opened.push(other);
    server.once('error', () => other.close());
    other.listen(port, '127.0.0.1', open);
  }

  it('is replaced by another one if another program took it and any would do', async () => {
    const taken: number[] = [];
    insteadOfOpening((server, options, open) => {
      taken.push(options.port);
      takePort(server, options, open);
    });
    const { port } = await start().listen(0, '127.0.0.1');
    expect(taken).toHaveLength(1);
    expect(taken).not.toContain(port);
    await once(connect(port, '127.0.0.1').resume(), 'close');
  });

  it('is given up if another program took it and no other would do', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, 'close');
    insteadOfOpening(takePort);
    await expect(start().listen(port, '127.0.0.1')).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('is given up if it cannot be opened for another reason', async () => {
    const failure = Object.assign(new Error('no more files'), { code: 'EMFILE' });
    insteadOfOpening((server) => process.nextTick(() => server.emit('error', failure)));
    await expect(start().listen(0, '127.0.0.1')).rejects.toBe(failure);
  });
});
