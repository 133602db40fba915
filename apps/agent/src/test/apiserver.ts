import { EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { TestCertificate } from '@postern/testkit';
import type { ClusterEndpoint } from '../cluster/endpoint.ts';

/** A fake apiserver that records what it receives. */
export interface FakeApiserver extends AsyncDisposable {
  endpoint: ClusterEndpoint;
  /** Connections made so far. */
  connections: number;
  /** Sockets that are open. */
  open: Set<Socket>;
  close(): Promise<void>;
}

export interface RawApiserver extends FakeApiserver {
  /** The head of each request, up to the blank line, with its connection. */
  requests: { head: string; connection: number; socket: TLSSocket }[];
  nextRequest(): Promise<{ head: string; connection: number; socket: TLSSocket }>;
  /** Resets every TCP connection, like a crash: without close_notify. */
  breakOff(): void;
}

export function endpointOf(port: number, certificate: TestCertificate): ClusterEndpoint {
  return {
    server: new URL(`https://127.0.0.1:${port}`),
    ca: Buffer.from(certificate.cert),
    serverName: undefined,
    skipVerification: false,
    proxy: undefined,
    authenticate: async () => ({ authorization: 'Bearer agent-credential' }),
    forget: () => {},
  };
}

/** A raw HTTP/1.1 server: `answer` gets each request's head and the socket. */
export async function rawApiserver(
  certificate: TestCertificate,
  answer: (head: string, socket: TLSSocket) => void,
): Promise<RawApiserver> {
  const changes = new EventEmitter();
  const open = new Set<Socket>();
  const server = createServer({ ...certificate, ALPNProtocols: ['http/1.1'], allowHalfOpen: true }, (socket) => {
    const connection = ++fake.connections;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
    let text = '';
    const onData = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end === -1) return;
      const head = text.slice(0, end + 4);
      const rest = text.slice(end + 4);
      text = '';
      socket.off('data', onData);
      if (rest !== '') socket.unshift(Buffer.from(rest, 'latin1'));
      const request = { head, connection, socket };
      fake.requests.push(request);
      changes.emit('request', request);
      answer(head, socket);
    };
    socket.on('data', onData);
  });
  server.on('tlsClientError', () => {});
  const tcp = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    tcp.add(socket);
    socket.on('close', () => tcp.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of tcp) socket.destroy();
    await closed;
  };
  const fake: RawApiserver = {
    endpoint: endpointOf((server.address() as AddressInfo).port, certificate),
    connections: 0,
    open,
    requests: [],
    nextRequest: async () => (await once(changes, 'request'))[0],
    breakOff: () => {
      for (const socket of tcp) socket.resetAndDestroy();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
  return fake;
}

type Handler = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

export interface Http2Apiserver extends FakeApiserver {
  onUpgrade: ((request: IncomingMessage, socket: Socket, head: Buffer) => void) | undefined;
}

/** A server for HTTP/2, and for upgrades over HTTP/1.1, like the real one. */
export async function http2Apiserver(certificate: TestCertificate, handler: Handler): Promise<Http2Apiserver> {
  const open = new Set<Socket>();
  const server = createSecureServer({ ...certificate, allowHTTP1: true, maxSendHeaderBlockLength: 1 << 20 }, handler);
  server.on('secureConnection', (socket: Socket) => {
    fake.connections++;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
  });
  server.on('sessionError', () => {});
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
    fake.onUpgrade?.(request, socket, head),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    for (const socket of open) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  const fake: Http2Apiserver = {
    endpoint: endpointOf((server.address() as AddressInfo).port, certificate),
    connections: 0,
    open,
    onUpgrade: undefined,
    close,
    [Symbol.asyncDispose]: close,
  };
  return fake;
}
