import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Responds with one line of text, without internal details. */
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
 * Responds on a bare HTTP/1.1 connection, then closes it: an upgrade that does not get a 101 must never leave a usable
 * connection behind.
 */
export function refuseSocket(
  socket: Duplex,
  status: number,
  options: { body?: string; contentType?: string; retryAfterSeconds?: number } = {},
): void {
  const { body = `${STATUS_CODES[status] ?? 'Error'}\n`, contentType = 'text/plain; charset=utf-8' } = options;
  // A response is already being sent: a parser may report more than one error per connection.
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

/** Sends the last bytes and closes the connection within 2 s, whatever the other side does. */
export function endThenDestroy(socket: Duplex, last?: string): void {
  socket.on('error', () => socket.destroy());
  // Discards incoming bytes, because closing with unread bytes sends a reset, which can destroy our response.
  socket.resume();
  // A turn later, in which what arrived is read: the process itself may have stood still until after the deadline.
  const deadline = setTimeout(() => setImmediate(() => socket.destroy()), 2_000);
  socket.once('close', () => clearTimeout(deadline));
  socket.once('end', () => socket.destroy());
  socket.end(last ?? '');
}
