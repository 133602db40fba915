import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClassifiedRequest } from '../access/classify.ts';
import { hasBody } from '../core/has-body.ts';
import { askCluster } from '../passage/ask-cluster.ts';
import type { Passage } from '../passage/passage.ts';
import { answerCoding, applyCoding, applyKnownTag } from './answer-coding.ts';
import type { AnswerCompressor } from './answer-compressor.ts';
import { RequestBody } from './request-body.ts';
import { announcedLength, isBodiless, refuseAnswer, responseHeaders } from './response-rules.ts';
import { sendAnswer } from './send-answer.ts';

export interface ForwardRequestOptions {
  request: IncomingMessage;
  response: ServerResponse;
  passage: Passage;
  asked: ClassifiedRequest;
  /** The body, if it was read already. */
  body: Buffer | undefined;
  /** For a browser: compresses the answer if that is useful, at the expense of this person. Undefined for other clients. */
  browser: { compressor: AnswerCompressor; person: string } | undefined;
  /** Time limit for the response head of a plain request; watches, logs and proxies have no deadline. */
  headTimeoutMs: number;
}

/**
 * Pass: sends the request and streams the response back. Buffers only up to the streams' own high-water marks, plus the bytes
 * kept for sending again: a slow client slows the apiserver down, and if either side leaves, the other ends.
 * @returns the status, once the response head was sent.
 * @throws Refusal or StreamResetError if nothing was sent yet.
 */
export async function forwardRequest(options: ForwardRequestOptions): Promise<number> {
  const { request, response, passage, asked, browser } = options;
  const leave = (): void => passage.cut('cancelled', 'the client has gone');
  // Also called at the normal end: cutting a stream that has finished in both directions has no effect.
  response.once('close', leave);
  if (response.destroyed) leave();
  const known = options.body;
  const body = known === undefined && hasBody(request) ? new RequestBody(request) : undefined;
  const { stream, answer } = await askCluster({
    open: passage.open,
    ...(body === undefined ? {} : { send: (to) => body.sendTo(to) }),
    ...(known === undefined ? {} : { send: (to) => void to.end(known) }),
    isRepeatable: () => body?.isRepeatable ?? true,
    headTimeoutMs: asked.kind === 'unary' ? options.headTimeoutMs : 0,
  });
  body?.forget();
  const refused = refuseAnswer(answer, asked);
  if (refused !== undefined) {
    stream.destroy();
    throw refused;
  }
  if (response.destroyed) return answer.status;
  const isEmpty = isBodiless(request.method, answer.status);
  const headers = responseHeaders(answer, { isBrowser: browser !== undefined });
  const coding = browser === undefined ? undefined : answerCoding(answer, request, asked);
  const send =
    browser && coding && !isEmpty
      ? browser.compressor.sender(coding, { person: browser.person, isWatch: asked.kind === 'watch' })
      : undefined;
  if (coding !== undefined) applyCoding(headers, isEmpty || send !== undefined ? coding : null);
  if (browser && answer.status === 304) applyKnownTag(headers, request.headers['if-none-match']);
  for (const [name, value] of headers) response.setHeader(name, value);
  response.writeHead(answer.status);
  if (isEmpty) {
    response.end();
    // Must be read to its end to close.
    stream.resume();
    return answer.status;
  }
  // A watch on a quiet resource has no first event with which the head would be sent.
  response.flushHeaders();
  (send ?? sendAnswer)(stream, response, announcedLength(answer) ?? undefined);
  return answer.status;
}
