import { type ClientHttp2Stream, constants, type OutgoingHttpHeaders } from 'node:http2';
import { type HeaderPairs, headerPairs } from '@postern/kube';
import type { Exchange, UpstreamRequest, UpstreamResponse } from './exchange.ts';
import type { Http2Connection } from './http2-sessions.ts';
import { brokenError, busyError, headersError, malformedError, type UpstreamError } from './upstream-error.ts';

/** Sends a request as one stream of a connection. */
export function http2Exchange(connection: Http2Connection, request: UpstreamRequest): Exchange {
  // Aborting resets the stream at once. `stream.close()` would first end the request properly, as if its body were complete.
  const abort = new AbortController();
  const stream = connection.session.request(
    { ...grouped(request.headers), ':method': request.method, ':path': request.path },
    { endStream: !request.hasBody, signal: abort.signal },
  );
  connection.count(stream);
  const isComplete = watchEnd(stream);
  const { promise, resolve, reject } = Promise.withResolvers<UpstreamResponse>();
  const onClose = (): void => reject(failureOf(connection, stream));
  stream.on('response', (head, _flags, rawHeaders: readonly string[]) => {
    // Every stream closes, and creating an error is costly.
    stream.off('close', onClose);
    resolve({ status: Number(head[':status']), headers: headerPairs(rawHeaders), body: stream, isComplete });
  });
  stream.on('error', (error) => reject(failureOf(connection, stream, error)));
  stream.on('close', onClose);
  // The caller may have left before the response.
  promise.catch(() => {});
  return {
    requestBody: request.hasBody ? stream : undefined,
    response: promise,
    cancel: () => abort.abort(),
  };
}

/**
 * @returns a function that tells whether the server ended its response with END_STREAM. `node:http2` also emits 'end' when the
 * connection is lost or the stream is reset without an error, but only for END_STREAM while the stream is still open.
 */
function watchEnd(stream: ClientHttp2Stream): () => boolean {
  let hasEnded = false;
  const push = stream.push.bind(stream);
  stream.push = (chunk, encoding) => {
    if (chunk === null && !stream.closed && !stream.destroyed) hasEnded = true;
    return push(chunk, encoding);
  };
  return () => hasEnded;
}

function failureOf(connection: Http2Connection, stream: ClientHttp2Stream, cause?: unknown): UpstreamError {
  if (isUnprocessed(connection, stream)) return busyError(cause);
  // Node itself responds like this to a header block beyond its limits.
  if (stream.rstCode === constants.NGHTTP2_ENHANCE_YOUR_CALM && connection.lastStream === undefined) {
    return headersError(cause);
  }
  // Errors of nghttp2 itself end the connection, for example a header field above 64 KiB.
  if ((cause as { code?: string } | undefined)?.code === 'ERR_HTTP2_ERROR') return malformedError('HTTP/2', cause);
  return brokenError(cause);
}

/**
 * Whether the server certainly did not process the request: it sent REFUSED_STREAM or a GOAWAY whose last stream is below this
 * one (RFC 9113, 6.8 and 8.7), or the request was never sent.
 */
function isUnprocessed({ lastStream }: Http2Connection, stream: ClientHttp2Stream): boolean {
  if (stream.id === undefined || stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) return true;
  return lastStream !== undefined && stream.id > lastStream;
}

/** Headers in the form of node:http2: a repeated name has a list, sent as separate fields. */
function grouped(pairs: HeaderPairs): OutgoingHttpHeaders {
  const headers = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of pairs) {
    const before = headers[name];
    headers[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return headers;
}
