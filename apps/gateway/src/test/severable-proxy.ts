import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy in front of a database, which can be taken away. */
export interface SeverableProxy {
  /** The URL of the database, through the proxy. */
  url: string;
  /** Ends all connections, and refuses new ones. */
  sever(): void;
  restore(): void;
  /** The next statement with this text reaches the database and is done, but its answer does not come back. Resolves then. */
  loseAnswer(text: string): Promise<void>;
  close(): Promise<void>;
}

export async function severableProxy(databaseUrl: string): Promise<SeverableProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let isSevered = false;
  let lost: { text: string; done: () => void } | undefined;
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => {}).on('close', () => sockets.delete(client));
    if (isSevered) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    sockets.add(upstream);
    upstream.on('error', () => {}).on('close', () => sockets.delete(upstream));
    let mute = false;
    client.on('data', (data) => {
      upstream.write(data);
      if (lost === undefined || !data.includes(lost.text)) return;
      mute = true;
      const { done } = lost;
      lost = undefined;
      // Its answer shows that the database has done it.
      upstream.once('data', () => {
        client.destroy();
        done();
      });
    });
    upstream.on('data', (data) => {
      if (!mute) client.write(data);
    });
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const sever = (): void => {
    isSevered = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    sever,
    restore: () => {
      isSevered = false;
    },
    loseAnswer: (text) =>
      new Promise((done) => {
        lost = { text, done };
      }),
    close: async () => {
      sever();
      server.close();
      await once(server, 'close');
    },
  };
}
