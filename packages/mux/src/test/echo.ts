import type { MuxStream } from '../stream.ts';

const noHead = new Uint8Array(0);

/** Accepts a stream and sends everything back; ends when the peer ends. For sessions: `session.on('stream', echo)`. */
export function echo(stream: MuxStream): void {
  stream.accept(noHead);
  stream.pipe(stream);
}
