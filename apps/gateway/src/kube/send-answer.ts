import type { ServerResponse } from 'node:http';
import { StreamResetError } from '@postern/mux';
import type { ClusterStream } from '../connector/cluster-connector.ts';
import { breakOff } from './break-off.ts';

/** How long a client may take to read the bytes received before its response broke off. */
const flushMs = 30_000;

/**
 * Pass: streams the body of a response whose head was sent. A slow client slows the cluster down. Bytes received before the end
 * are always delivered; the response then ends as the cluster ended it, complete or broken.
 * @param length the announced `Content-Length`; a response that is shorter or longer counts as broken.
 */
export function sendAnswer(stream: ClusterStream, response: ServerResponse, length: number | undefined): void {
  let left = length;
  let unwritten = 0;
  let failure: Error | undefined;
  let isOver = false;

  const written = (): void => {
    unwritten--;
    if (failure !== undefined && unwritten === 0) breakOff(response, failure);
  };
  const fail = (error: Error): void => {
    if (isOver) return;
    isOver = true;
    failure = error;
    if (unwritten === 0) {
      breakOff(response, error);
      return;
    }
    const deadline = setTimeout(() => breakOff(response, error), flushMs);
    response.once('close', () => clearTimeout(deadline));
  };
  const onEnd = (): void => {
    if (left !== undefined && left > 0) fail(new StreamResetError('upstream-failed', 'the answer is too short', false));
    if (isOver) return;
    isOver = true;
    response.end();
  };

  stream.on('data', (chunk: Buffer) => {
    if (isOver) return;
    if (left !== undefined) {
      left -= chunk.byteLength;
      if (left < 0) {
        const error = new StreamResetError('upstream-failed', 'the answer is longer than announced', false);
        fail(error);
        stream.destroy(error);
        return;
      }
    }
    unwritten++;
    if (!response.write(chunk, written)) stream.pause();
  });
  response.on('drain', () => stream.resume());
  stream.once('end', onEnd);
  stream.once('error', fail);
  stream.once('close', () => fail(stream.errored ?? new StreamResetError('cancelled', '', false)));
  if (stream.destroyed && !stream.readableEnded) fail(stream.errored ?? new StreamResetError('cancelled', '', false));
}
