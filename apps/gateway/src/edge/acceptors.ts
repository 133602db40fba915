import { once } from 'node:events';
import { type AddressInfo, createServer, type ListenOptions, type Server, type Socket } from 'node:net';

/**
 * libuv accepts one connection per listening socket in each turn of the event loop (since 1.46). When turns are long, under
 * load, a client would wait for seconds behind a flood of connections, most of which will only be refused. So the port is
 * opened several times: the kernel spreads connections over the sockets (SO_REUSEPORT, socket(7)), and each turn accepts one
 * from every socket. Only Linux does this.
 */
const reusePort = process.platform === 'linux';
const socketsOfPort = reusePort ? 16 : 1;

/** Connections that may wait in the kernel, per socket. */
const backlog = 4_096;

interface AcceptorsDependencies {
  /** Called with each connection, paused. */
  onConnection: (socket: Socket) => void;
  /** Called when a listening socket fails later on (EMFILE). */
  onError: (error: Error) => void;
}

/** The listening sockets of one port. */
export class Acceptors {
  readonly #servers: Server[];
  readonly #onError: (error: Error) => void;

  /** @param options.allowHalfOpen as in `net.createServer`. */
  constructor({ onConnection, onError }: AcceptorsDependencies, { allowHalfOpen }: { allowHalfOpen: boolean }) {
    this.#onError = onError;
    this.#servers = Array.from({ length: socketsOfPort }, () =>
      createServer({ allowHalfOpen, pauseOnConnect: true }, onConnection),
    );
  }

  /** @param port 0 chooses a free one. Rejects if the address is not available (EADDRINUSE, EACCES). */
  async listen(port: number, host: string): Promise<AddressInfo> {
    const options = { port, host, backlog };
    const [first, ...others] = this.#servers as [Server, ...Server[]];
    if (reusePort) options.port = await free(options);
    let address: AddressInfo;
    try {
      address = await listen(first, { ...options, reusePort });
    } catch (error) {
      // Chosen by the system, and taken by another program just then.
      if (port !== 0 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      return this.listen(port, host);
    }
    await Promise.all(others.map((server) => listen(server, { ...options, reusePort })));
    for (const server of this.#servers) server.on('error', this.#onError);
    return address;
  }

  /** Accepts no new connection; resolves when the last one has closed. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.map(close));
  }
}

/**
 * Makes sure that no other program has the port, by opening it exclusively once: with SO_REUSEPORT, several programs of one
 * user could share it without an error.
 */
async function free(options: ListenOptions): Promise<number> {
  const probe = createServer();
  const { port } = await listen(probe, options);
  await close(probe);
  return port;
}

async function listen(server: Server, options: ListenOptions): Promise<AddressInfo> {
  await once(server.listen(options), 'listening');
  return server.address() as AddressInfo;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
