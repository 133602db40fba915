import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { breakOff } from './break-off.ts';
import { readBody } from './read-body.ts';

/** How long a client may take to read the bytes received before its response broke off. */
const flushMs = 30_000;

/**
 * No more is read from the cluster while this many bytes wait for the client. Node itself would let 64 KiB wait, and its TLS as
 * much again: with 200 stalled downloads this saves 13 MiB, and it costs no throughput.
 */
const mostWaiting = 16 * 1024;

/** Changes a body on its way, at once: what goes in comes out in the same call. */
export interface BodyCoding {
  push: (chunk: Buffer) => Buffer;
  /** What follows a complete body. */
  end: () => Buffer;
}

const unchanged: BodyCoding = { push: (chunk) => chunk, end: () => Buffer.alloc(0) };

/**
 * Pass: streams the body of a response whose head was sent. A slow client slows the cluster down. Bytes received before the end
 * are always delivered; the response then ends as the cluster ended it, complete or broken.
 * @param length the announced `Content-Length`; a response that is shorter or longer counts as broken.
 */
export function sendAnswer(
  stream: Readable,
  response: ServerResponse,
  length: number | undefined,
  coding: BodyCoding = unchanged,
): void {
  let unwritten = 0;
  let failure: Error | undefined;
  let isClosed = false;
  let deadline: NodeJS.Timeout | undefined;

  const written = (): void => {
    unwritten--;
    if (failure !== undefined && unwritten === 0) breakOff(response, failure);
    if (response.writableLength < mostWaiting) stream.resume();
  };
  readBody(stream, length, {
    data: (chunk) => {
      unwritten++;
      response.write(coding.push(chunk), written);
      if (response.writableLength >= mostWaiting) stream.pause();
    },
    end: () => {
      const rest = coding.end();
      if (rest.byteLength > 0) response.end(rest);
      else response.end();
    },
    fail: (error) => {
      failure = error;
      if (unwritten === 0) {
        breakOff(response, error);
        return;
      }
      if (!isClosed) deadline = setTimeout(() => breakOff(response, error), flushMs);
    },
  });
  response.once('close', () => {
    isClosed = true;
    clearTimeout(deadline);
  });
}
