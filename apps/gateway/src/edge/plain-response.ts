import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Answers with one line of text and nothing about the inside. */
export function respondPlain(response: ServerResponse, status: number, sentence: string): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = `${sentence}\n`;
  response.statusCode = status;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(body));
  response.setHeader('cache-control', 'no-store');
  response.end(body);
}

/**
 * Answers on a bare HTTP/1.1 connection, then closes it: an upgrade that is not answered with 101 must never leave a
 * connection behind on which more could be said.
 */
export function refuseSocket(
  socket: Duplex,
  status: number,
  options: { body?: string; contentType?: string; retryAfterSeconds?: number } = {},
): void {
  const { body = `${STATUS_CODES[status] ?? 'Error'}\n`, contentType = 'text/plain; charset=utf-8' } = options;
  // Already being answered: a parser may report more than one error of a connection.
  if (socket.writableEnded) return;
  if (socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}`,
    'Connection: close',
    `Content-Type: ${contentType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    ...(options.retryAfterSeconds === undefined ? [] : [`Retry-After: ${options.retryAfterSeconds}`]),
  ];
  endThenDestroy(socket, `${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Sends the last bytes and closes within 2 s, whatever the other side does. */
export function endThenDestroy(socket: Duplex, last?: string): void {
  socket.on('error', () => socket.destroy());
  // What still comes in is thrown away, so that the close is not a reset that takes our answer with it.
  socket.resume();
  const deadline = setTimeout(() => socket.destroy(), 2_000);
  socket.once('close', () => clearTimeout(deadline));
  socket.once('end', () => socket.destroy());
  socket.end(last ?? '');
}
