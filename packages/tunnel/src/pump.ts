import type { Readable, Writable } from 'node:stream';
import type { ResetCode } from '@postern/mux';
import { corkByTurn } from './pipe-by-turn.ts';

/** A stream of the tunnel, in this process or reached over a connector. */
type Abortable = Writable & { abort(code: ResetCode, reason: string): void };

export interface PumpOptions {
  /** Whether the source is complete, given the bytes received; called at 'end' and again at 'close'. */
  isComplete(bytes: number): boolean;
  /** Sent to the tunnel's peer if the source closes incomplete; the reason has at most 256 bytes, no secrets. */
  broken: { code: ResetCode; reason: string };
}

/**
 * Passes the bytes of a connection to a stream of the tunnel, as fast as that accepts them. Everything received is passed on
 * before the end, whether that is a proper end or a break, after which the stream is aborted.
 */
export function pump(source: Readable, stream: Abortable, { isComplete, broken }: PumpOptions): void {
  let bytes = 0;
  let isOver = false;
  const cork = corkByTurn(stream);
  const pass = (chunk: Buffer): void => {
    bytes += chunk.length;
    cork();
    if (!stream.write(chunk)) source.pause();
  };
  const onDrain = (): void => {
    // A destroyed source would empty its buffer without emitting it; that is read below instead.
    if (!source.destroyed) source.resume();
  };
  const finish = (): void => {
    isOver = true;
    source.off('data', pass);
    stream.off('drain', onDrain);
    if (stream.destroyed) return;
    if (isComplete(bytes)) stream.end();
    else stream.abort(broken.code, broken.reason);
  };
  const onClose = (): void => {
    if (isOver) return;
    source.off('data', pass);
    // A destroyed stream emits nothing more, but bytes that it has read are still in its buffer.
    for (let rest = source.read(); rest !== null; rest = source.read()) {
      bytes += (rest as Buffer).length;
      if (!stream.destroyed) stream.write(rest);
    }
    finish();
  };
  // A body that ended incomplete is closed right afterwards.
  source.once('end', () => {
    if (!isOver && isComplete(bytes)) finish();
  });
  if (source.destroyed) {
    onClose();
    return;
  }
  source.once('close', onClose);
  stream.on('drain', onDrain);
  source.on('data', pass);
}
