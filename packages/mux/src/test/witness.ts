import type { StreamResetError } from '../errors.ts';
import type { MuxStream } from '../stream.ts';

/** What one end of a stream observed, to be compared with what the other end did. */
export interface Witness {
  /** The bytes read, in order. */
  readonly received: Buffer;
  /** Whether 'end' was emitted: these were all bytes. */
  ended: boolean;
  /** Whether 'finish' was emitted: everything written was sent. */
  finished: boolean;
  error: StreamResetError | undefined;
  closed: boolean;
}

/** Watches a stream, without reading from it until `read` is called. */
export function witness(stream: MuxStream): Witness & { read(): void } {
  const chunks: Buffer[] = [];
  const seen = {
    get received() {
      return Buffer.concat(chunks);
    },
    ended: false,
    finished: false,
    error: undefined as StreamResetError | undefined,
    closed: false,
    read: () => {
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    },
  };
  stream.on('end', () => {
    seen.ended = true;
  });
  stream.on('finish', () => {
    seen.finished = true;
  });
  stream.on('error', (error: StreamResetError) => {
    seen.error = error;
  });
  stream.on('close', () => {
    seen.closed = true;
  });
  return seen;
}
