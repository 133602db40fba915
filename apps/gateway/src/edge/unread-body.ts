import { constants } from 'node:http2';
import type { Socket } from 'node:net';
import { hasBody } from '../core/has-body.ts';
import { isHttp2Response } from '../core/http-version.ts';
import type { Connection } from './clients.ts';
import type { Exchange } from './exchange.ts';
import { endThenDestroy } from './plain-response.ts';

/**
 * Call when responding before the request's body was read, so that no further request follows: over HTTP/1.1 the response has
 * `Connection: close` and ends the connection; over HTTP/2 the stream is reset with NO_ERROR (RFC 9113, 8.1).
 */
export function closeUnlessRead({ request, response, connection }: Exchange): void {
  if (!hasBody(request)) return;
  if (isHttp2Response(response)) {
    const { stream } = response;
    stream.once('finish', () => {
      if (!stream.destroyed && stream.state.remoteClose !== 1) stream.close(constants.NGHTTP2_NO_ERROR);
    });
    return;
  }
  const { shouldKeepAlive } = response;
  response.shouldKeepAlive = false;
  request.socket.destroySoon = () => finish(request.socket, connection);
  request.once('end', () => {
    if (!response.headersSent) response.shouldKeepAlive = shouldKeepAlive;
    // Restores the method of the class.
    if (response.shouldKeepAlive) Reflect.deleteProperty(request.socket, 'destroySoon');
  });
}

/** Closes an HTTP/1.1 connection after the response of this exchange. Bytes that the client still sends are discarded. */
export function closeAfter({ request: { socket }, response, connection }: Exchange): void {
  if (isHttp2Response(response)) return;
  connection.isClosing = true;
  response.shouldKeepAlive = false;
  socket.destroySoon = () => finish(socket, connection);
}

/**
 * Replaces the socket's `destroySoon`, which Node calls after the last response. That would close the socket with unread bytes,
 * which sends a reset and can destroy the response.
 */
function finish(socket: Socket, connection: Connection): void {
  connection.isClosing = true;
  endThenDestroy(socket);
}
