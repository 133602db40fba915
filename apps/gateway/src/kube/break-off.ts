import type { ServerResponse } from 'node:http';
import { Http2ServerResponse } from 'node:http2';
import { Socket } from 'node:net';

/**
 * Ends an answer whose head was sent so that the client can tell it from a complete one: over HTTP/2 by RST_STREAM
 * INTERNAL_ERROR, over HTTP/1.1 by the end of the connection before the last chunk or the announced length. Over HTTP/1.0 the
 * end of the connection ends an answer without a length, so there the connection is reset.
 */
export function breakOff(response: ServerResponse | Http2ServerResponse, error: Error): void {
  if (response instanceof Http2ServerResponse) {
    // close(code) would send END_STREAM first; an error does not.
    response.stream?.destroy(error);
    return;
  }
  const { socket } = response;
  const isTcp = socket instanceof Socket && !('encrypted' in socket);
  if (response.req.httpVersion === '1.0' && isTcp) socket.resetAndDestroy();
  else response.destroy(error);
}
