import type { Readable, Writable } from 'node:stream';
import type { ResetCode } from '@postern/mux';
import { corkByTurn } from './pipe-by-turn.ts';

/** A stream of the tunnel, however it is reached. */
type Abortable = Writable & { abort(code: ResetCode, reason: string): void };

export interface PumpOptions {
  /** Asked with the bytes received so far, at 'end' and again at 'close': whether that was all of it. */
  isComplete(bytes: number): boolean;
  /** What the tunnel's peer is told when the source closes incomplete; a reason has at most 256 bytes, and no secrets. */
  broken: { code: ResetCode; reason: string };
}

/**
 * Passes what a connection brings on to a stream of the tunnel, as fast as that takes it. Everything that was received is passed
 * on before the end is told, whether that is a proper end or a break, with which the stream is aborted.
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
    // What is destroyed would read its buffer empty and emit none of it; it is read below.
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
    // A destroyed stream emits nothing more, but what it had read is still in its buffer.
    for (let rest = source.read(); rest !== null; rest = source.read()) {
      bytes += (rest as Buffer).length;
      if (!stream.destroyed) stream.write(rest);
    }
    finish();
  };
  // A body that ended incomplete is closed right after.
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
