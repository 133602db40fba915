import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { constants, createSecureServer, type Http2ServerResponse } from 'node:http2';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import type { FrontOptions } from '../mode.ts';

/** How long to wait for a restarting gateway or dashboard, and between two attempts to reach it, in milliseconds. */
const STARTING = 15_000;
const RETRY = 50;
/** Hop-by-hop headers, which are not passed on; HTTP/2 allows none of them. */
const hopByHop = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'http2-settings'];
/** Paths that the gateway serves itself (apps/gateway/src/edge/routes.ts; a test compares the two). */
const gatewayPath = /^\/(?:(?:k8s|tunnel|healthz|readyz|install\.yaml)(?![^/?])|api(?![^/?])|socket\.io\/)/;

/**
 * Whether a request is for the gateway; the dashboard gets the others, and the connection for hot reload. Requests for the
 * dashboard never have a credential; with one, every path may belong to a cluster.
 */
export function isForGateway({
  url = '',
  headers,
}: {
  url?: string | undefined;
  headers: IncomingHttpHeaders;
}): boolean {
  return headers.authorization !== undefined || gatewayPath.test(url);
}

/**
 * One origin for gateway and `next dev`, because the gateway does not, and should not, support hot reload. Requests wait while
 * either of them restarts. For development only: no limits, no Content-Security-Policy.
 */
export async function openFront(options: FrontOptions): Promise<{ stop(): Promise<void> }> {
  const { listen, port, certificates, gatewayPort, dashboardPort } = options;
  const [cert, key, ca] = await Promise.all(
    [certificates.certFile, certificates.keyFile, certificates.caFile].map((file) => readFile(file)),
  );
  const stopping = new AbortController();
  const gateway: Target = {
    dial: () => connectTls({ host: '127.0.0.1', port: gatewayPort, servername: 'localhost', ca }),
    event: 'secureConnect',
  };
  const dashboard: Target = { dial: () => connect({ host: '127.0.0.1', port: dashboardPort }), event: 'connect' };
  const waiting = new Set<Promise<Socket>>();
  const reach = (asked: IncomingMessage): Promise<Socket> => {
    const reached = whenUp(isForGateway(asked) ? gateway : dashboard, stopping.signal);
    waiting.add(reached);
    return reached.finally(() => waiting.delete(reached));
  };

  const server = createSecureServer({ allowHTTP1: true, cert, key });
  const connections = new Set<Duplex>();
  server.on('secureConnection', (socket: Socket) => {
    connections.add(socket);
    socket.on('error', () => {}).on('close', () => connections.delete(socket));
  });
  // The types are those of HTTP/1.1; what is used here exists in HTTP/2 too.
  const answerTo = (asked: IncomingMessage, answer: ServerResponse): void => {
    reach(asked).then(
      (socket) => forward(asked, answer, socket),
      (error: Error) => refuse(answer, error),
    );
  };
  server.on('request', answerTo as never);
  server.on('upgrade', (asked: IncomingMessage, client: Duplex, head: Buffer) => {
    client.on('error', () => {});
    reach(asked).then(
      (socket) => join(asked, { client, head }, socket),
      () => client.destroy(),
    );
  });
  server.listen(port, listen);
  await once(server, 'listening');
  return {
    stop: async () => {
      stopping.abort();
      const closed = once(server, 'close');
      server.close();
      for (const connection of connections) connection.destroy();
      await Promise.allSettled([closed, ...waiting]);
    },
  };
}

interface Target {
  dial(): Socket;
  /** The event that a connection emits once it can be used. */
  event: 'connect' | 'secureConnect';
}

/** Connects, retrying while nothing listens. @throws if that takes too long, or when stopping. */
async function whenUp({ dial, event }: Target, stopping: AbortSignal): Promise<Socket> {
  const deadline = performance.now() + STARTING;
  for (;;) {
    const socket = dial();
    try {
      await once(socket, event);
      return socket;
    } catch (error) {
      socket.destroy();
      if (performance.now() > deadline) throw error;
      await delay(RETRY, undefined, { signal: stopping });
    }
  }
}

function forward(asked: IncomingMessage, answer: ServerResponse, socket: Socket): void {
  const { method = 'GET', url = '/' } = asked;
  const headers = passedOn(asked.headers);
  headers.host ??= asked.headers[':authority'] as string | undefined;
  const passed = request({ createConnection: () => socket, method, path: url, headers });
  answer.on('close', () => passed.destroy());
  asked.on('error', () => passed.destroy());
  passed.on('error', (error) => refuse(answer, error));
  passed.on('response', (response) => {
    answer.writeHead(response.statusCode ?? 502, passedOn(response.headers));
    // A response that breaks off must not look complete.
    response.on('error', () => breakOff(answer));
    answer.flushHeaders();
    response.pipe(answer);
  });
  asked.pipe(passed);
}

function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const entries = Object.entries(headers).filter(([name]) => !name.startsWith(':') && !hopByHop.includes(name));
  return Object.fromEntries(entries);
}

/** Passes an upgrade on unchanged, and then joins the two connections. */
function join(asked: IncomingMessage, { client, head }: { client: Duplex; head: Buffer }, socket: Socket): void {
  const lines = [`${asked.method} ${asked.url} HTTP/1.1`];
  for (let i = 0; i < asked.rawHeaders.length; i += 2) lines.push(`${asked.rawHeaders[i]}: ${asked.rawHeaders[i + 1]}`);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  socket.write(head);
  socket.on('error', () => client.destroy()).on('close', () => client.destroy());
  client.on('close', () => socket.destroy());
  socket.pipe(client).pipe(socket);
}

/** Ends a response so that nobody takes it for complete. */
function breakOff(answer: ServerResponse | Http2ServerResponse): void {
  // Destroying would end an HTTP/2 stream properly.
  if ('stream' in answer) answer.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else answer.destroy();
}

function refuse(answer: ServerResponse, error: Error): void {
  if (answer.headersSent) breakOff(answer);
  else
    answer
      .writeHead(502, { 'content-type': 'text/plain' })
      .end(`Not reached: ${error.message}. The terminal of npm run dev says why.\n`);
}
