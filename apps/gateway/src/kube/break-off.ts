import type { ServerResponse } from 'node:http';
import { Http2ServerResponse } from 'node:http2';
import { Socket } from 'node:net';

/**
 * Ends a response whose head was sent so that the client can tell that it is incomplete: over HTTP/2 with RST_STREAM
 * INTERNAL_ERROR, over HTTP/1.1 by closing the connection before the last chunk or the announced length. Over HTTP/1.0 closing
 * the connection is the proper end of a response without a length, so the connection is reset instead.
 */
export function breakOff(response: ServerResponse | Http2ServerResponse, error: Error): void {
  if (response instanceof Http2ServerResponse) {
    // close(code) would send END_STREAM first; destroying with an error does not.
    response.stream?.destroy(error);
    return;
  }
  const { socket } = response;
  const isTcp = socket instanceof Socket && !('encrypted' in socket);
  if (response.req.httpVersion === '1.0' && isTcp) socket.resetAndDestroy();
  else response.destroy(error);
}
