import type { Readable } from 'node:stream';
import { StreamResetError } from '@postern/mux';

/** Where the body of an answer goes. After `end` or `fail`, nothing more comes. */
export interface BodyReader {
  data: (chunk: Buffer) => void;
  end: () => void;
  /** The body is incomplete, or longer than announced. */
  fail: (error: Error) => void;
}

/** Reads a cluster's answer to its end. @param length the announced `Content-Length`; any other length is a failure. */
export function readBody(stream: Readable, length: number | undefined, reader: BodyReader): void {
  let left = length;
  let isOver = false;

  const fail = (error: Error): void => {
    if (isOver) return;
    isOver = true;
    reader.fail(error);
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
    reader.data(chunk);
  });
  stream.once('end', () => {
    if (left !== undefined && left > 0) fail(new StreamResetError('upstream-failed', 'the answer is too short', false));
    if (isOver) return;
    isOver = true;
    reader.end();
  });
  const onClose = (): void => fail(stream.errored ?? new StreamResetError('cancelled', '', false));
  stream.once('error', fail);
  stream.once('close', onClose);
  if (stream.destroyed && !stream.readableEnded) onClose();
}
