import type { IncomingMessage, ServerResponse } from 'node:http';
import { Http2ServerRequest, Http2ServerResponse } from 'node:http2';

/*
 * The protocol of a message is determined by the object that Node created, never by the version that the message states: the
 * HTTP/1.1 parser passes on the text `HTTP/2.0` as version 2.
 */

/** True for a request on an HTTP/2 stream. */
export function isHttp2Request(request: IncomingMessage | Http2ServerRequest): request is Http2ServerRequest {
  return request instanceof Http2ServerRequest;
}

/** True for the response on an HTTP/2 stream. */
export function isHttp2Response(response: ServerResponse | Http2ServerResponse): response is Http2ServerResponse {
  return response instanceof Http2ServerResponse;
}
