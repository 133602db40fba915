import { type AddressInfo, createServer, type ListenOptions, type Server, type Socket } from 'node:net';

/**
 * libuv accepts one connection from a listening socket in each turn of the event loop (since 1.46). Where turns are long, because
 * much is asked for, whoever connects would wait in line for seconds behind a flood of connections, most of which are only to be
 * refused. So the port is opened several times: the kernel spreads connections over the sockets (SO_REUSEPORT, socket(7)), and a
 * turn accepts as many as there are sockets. Only Linux does this.
 */
const socketsOfPort = process.platform === 'linux' ? 16 : 1;

/** As many as may wait in the kernel for each socket. */
const backlog = 4_096;

interface AcceptorsDependencies {
  /** Takes a connection, which is paused. */
  onConnection: (socket: Socket) => void;
  /** A listening socket failed later on (EMFILE). */
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

  /** @param port 0 takes a free one. Rejects when the address cannot be had (EADDRINUSE, EACCES). */
  async listen(port: number, host: string): Promise<AddressInfo> {
    const options = { port, host, backlog };
    const reusePort = this.#servers.length > 1;
    if (reusePort) options.port = await free(options);
    const addresses = this.#servers.map(async (server) => {
      const address = await listen(server, { ...options, reusePort });
      server.on('error', this.#onError);
      return address;
    });
    return (await Promise.all(addresses))[0] as AddressInfo;
  }

  /** Takes no new connection; resolves when the last one has closed. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.map(close));
  }
}

/**
 * The port, when no other program has it. Several programs of one user may share one with SO_REUSEPORT, and none of them would be
 * told: so it is taken once for ourselves.
 */
async function free(options: ListenOptions): Promise<number> {
  const probe = createServer();
  const { port } = await listen(probe, options);
  await close(probe);
  return port;
}

function listen(server: Server, options: ListenOptions): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
