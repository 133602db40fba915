import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MuxStream } from '@postern/mux';
import type { OutgoingRequest } from '@postern/tunnel';
import { hasBody } from '../edge/plain-response.ts';
import type { Asked } from './classify.ts';
import { headInTime } from './head-in-time.ts';
import { refuseAnswer, responseHeaders } from './response-rules.ts';

export interface ForwardRequestOptions {
  request: IncomingMessage;
  response: ServerResponse;
  outgoing: OutgoingRequest;
  asked: Asked;
  isBrowser: boolean;
  /** For the head of an answer that should come at once; watches, logs and proxies have no deadline. */
  headTimeoutMs: number;
}

/**
 * Pass: sends the request and streams the answer back. Nothing is buffered beyond the streams' own marks: a slow client
 * holds the apiserver back, and either side's leaving ends the other.
 * @returns the status once the answer's head was sent.
 * @throws Refusal or StreamResetError while nothing was sent yet.
 */
export async function forwardRequest(options: ForwardRequestOptions): Promise<number> {
  const { request, response, outgoing, asked } = options;
  const { stream } = outgoing;
  // Also the normal end: destroying a stream that has finished both ways does nothing.
  response.once('close', () => stream.destroy());
  if (response.destroyed) stream.destroy();
  if (hasBody(request)) sendBody(request, stream);
  const answer = await headInTime(outgoing, asked.kind === 'unary' ? options.headTimeoutMs : 0);
  const refused = refuseAnswer(answer, asked);
  if (refused !== undefined) {
    stream.destroy();
    throw refused;
  }
  if (response.destroyed) return answer.status;
  for (const [name, value] of responseHeaders(answer, options)) response.setHeader(name, value);
  response.writeHead(answer.status);
  if (request.method === 'HEAD' || answer.status === 204 || answer.status === 304) {
    response.end();
    return answer.status;
  }
  // A watch on a quiet resource has no first event to carry the head along.
  response.flushHeaders();
  // Cut off without a proper end, so that the client can tell a broken answer from a complete one.
  stream.once('error', (error) => response.destroy(error));
  if (stream.errored) response.destroy(stream.errored);
  else stream.pipe(response);
  return answer.status;
}

function sendBody(request: IncomingMessage, stream: MuxStream): void {
  request.on('error', () => stream.destroy());
  request.pipe(stream);
  stream.once('close', () => {
    // The answer may come before the body was read. What is left is thrown away, or the connection would hang.
    request.unpipe(stream);
    request.resume();
  });
}
