import { constants } from 'node:http2';
import type { Socket } from 'node:net';
import { hasBody } from '../core/has-body.ts';
import { isHttp2Response } from '../core/http-version.ts';
import type { Connection } from './clients.ts';
import type { Exchange } from './exchange.ts';
import { endThenDestroy } from './plain-response.ts';

/**
 * Lets nothing follow an answer that was given before the body of its request had been read: over HTTP/1.1 the answer says
 * `Connection: close` and the connection ends with it, over HTTP/2 the stream is reset with NO_ERROR (RFC 9113, 8.1).
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
    // The method of the class again.
    if (response.shouldKeepAlive) Reflect.deleteProperty(request.socket, 'destroySoon');
  });
}

/** Makes an HTTP/1.1 connection end with the answer of this exchange. What the client still sends is thrown away. */
export function closeAfter({ request: { socket }, response, connection }: Exchange): void {
  if (isHttp2Response(response)) return;
  connection.isClosing = true;
  response.shouldKeepAlive = false;
  socket.destroySoon = () => finish(socket, connection);
}

/**
 * What Node calls, instead of `destroySoon` of the socket, after the last answer. That would close with bytes unread, which
 * is a reset and can take the answer with it.
 */
function finish(socket: Socket, connection: Connection): void {
  connection.isClosing = true;
  endThenDestroy(socket);
}
