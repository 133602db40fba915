import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type HeaderPairs, headerPairs } from '@postern/kube';
import type { Exchange, UpstreamRequest, UpstreamResponse } from './exchange.ts';
import { brokenError, headersError, malformedError, type UpstreamError } from './upstream-error.ts';

/** The largest response head that node:http reads, in bytes; a tunnel passes on less. */
const maxHeaderBytes = 64 * 1024;

/**
 * Sends a request over a connection of its own, which is closed with the response: two identities never share one. A body is
 * sent chunked, whatever length the caller claimed: bytes beyond a claimed length would be a second request on a connection
 * authenticated by the agent's client certificate.
 */
export function http1Exchange(socket: Socket, host: string, request: UpstreamRequest): Exchange {
  const headers: HeaderPairs = [
    ['host', host],
    ['connection', 'close'],
    ...request.headers.filter(([name]) => name !== 'content-length'),
    ...(request.hasBody ? ([['transfer-encoding', 'chunked']] satisfies HeaderPairs) : noBodyLength(request.method)),
  ];
  const outgoing = http1Request(socket, { ...request, headers });
  const { promise, resolve, reject } = Promise.withResolvers<UpstreamResponse>();
  outgoing.on('response', (incoming: IncomingMessage) => {
    resolve(responseOf(incoming, socket));
  });
  outgoing.on('upgrade', (_incoming, upgraded: Socket) => {
    upgraded.destroy();
    reject(brokenError());
  });
  outgoing.on('error', (error) => reject(failureOf(error)));
  outgoing.on('close', () => {
    socket.destroy();
    reject(brokenError());
  });
  promise.catch(() => {});
  if (!request.hasBody) outgoing.end();
  return {
    requestBody: request.hasBody ? outgoing : undefined,
    response: promise,
    cancel: () => {
      outgoing.destroy();
      socket.destroy();
    },
  };
}

/** A response over HTTP/1.1. Complete according to its length or last chunk, or without either when the server closes. */
export function responseOf(incoming: IncomingMessage, socket: Socket): UpstreamResponse {
  incoming.on('error', () => {}); // The reader is notified by 'close'.
  let isBroken = false;
  // Before node:http's own listener, which treats a connection error as the end of a response without a length.
  socket.prependListener('error', () => {
    if (!incoming.complete) isBroken = true;
  });
  return {
    status: incoming.statusCode ?? 0,
    headers: headerPairs(incoming.rawHeaders),
    body: incoming,
    isComplete: () => incoming.complete && !isBroken,
  };
}

/** The error of a failed request. */
export function failureOf(cause: unknown): UpstreamError {
  const { code = '' } = cause as { code?: string };
  if (code === 'HPE_HEADER_OVERFLOW') return headersError(cause);
  return code.startsWith('HPE_') ? malformedError('HTTP/1.1', cause) : brokenError(cause);
}

/** Sends a request on a given connection, with exactly the given header lines. */
export function http1Request(
  socket: Socket,
  { method, path, headers }: Pick<UpstreamRequest, 'method' | 'path' | 'headers'>,
): ClientRequest {
  return httpRequest({
    method,
    path,
    headers: headers.flat(),
    setHost: false,
    maxHeaderSize: maxHeaderBytes,
    createConnection: () => socket,
  });
}

/** `Content-Length: 0`, for methods that usually have a body. */
export function noBodyLength(method: string): HeaderPairs {
  return method === 'POST' || method === 'PUT' || method === 'PATCH' ? [['content-length', '0']] : [];
}
