import { type ClientHttp2Session, type ClientHttp2Stream, constants, type OutgoingHttpHeaders } from 'node:http2';
import { type HeaderPairs, headerPairs } from '@postern/kube';
import type { Exchange, UpstreamRequest, UpstreamResponse } from './exchange.ts';
import { brokenError, UpstreamError } from './upstream-error.ts';

/** Sends a request as one stream of a session. */
export function http2Exchange(
  session: ClientHttp2Session,
  request: UpstreamRequest,
): Exchange & { stream: ClientHttp2Stream } {
  const stream = session.request(
    { ...grouped(request.headers), ':method': request.method, ':path': request.path },
    { endStream: !request.hasBody },
  );
  const { promise, resolve, reject } = Promise.withResolvers<UpstreamResponse>();
  const onClose = (): void => reject(failureOf(stream.rstCode));
  stream.on('response', (_headers, _flags, rawHeaders: readonly string[]) => {
    // An error is costly to make, and every stream closes.
    stream.off('close', onClose);
    resolve({ status: Number(_headers[':status']), headers: headerPairs(rawHeaders), body: stream });
  });
  stream.on('error', (error: Error & { code?: string }) => reject(failureOf(stream.rstCode, error)));
  stream.on('close', onClose);
  // The caller may have gone before the answer.
  promise.catch(() => {});
  return {
    stream,
    requestBody: request.hasBody ? stream : undefined,
    response: promise,
    cancel: () => {
      if (!stream.closed) stream.close(constants.NGHTTP2_CANCEL);
    },
  };
}

/** REFUSED_STREAM: the server promises that it did nothing (RFC 9113, 8.7). */
function failureOf(code: number | undefined, cause?: unknown): UpstreamError {
  if (code === constants.NGHTTP2_REFUSED_STREAM) {
    return new UpstreamError('busy', 'The Kubernetes API server takes no more requests now; try again shortly.', {
      cause,
    });
  }
  return brokenError(cause);
}

/** Pairs as node:http2 wants them: a name that comes more than once has a list, sent as one field each. */
function grouped(pairs: HeaderPairs): OutgoingHttpHeaders {
  const headers = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of pairs) {
    const before = headers[name];
    headers[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return headers;
}
