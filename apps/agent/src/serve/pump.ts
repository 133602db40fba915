import type { Readable } from 'node:stream';
import type { MuxStream } from '@postern/mux';
import { corkByTurn } from '@postern/tunnel';

export interface PumpOptions {
  /** Asked with the bytes received so far, at 'end' and again at 'close': whether that was all of it. */
  isComplete(bytes: number): boolean;
  /** Told the tunnel's peer when the source closes incomplete: at most 256 bytes, no secrets. */
  brokenReason: string;
}

/**
 * Passes what the apiserver sends on to the tunnel, as fast as the tunnel takes it. Everything that was received is passed on
 * before the end is told, whether that is a proper end or a break, which becomes `upstream-failed`.
 */
export function pump(source: Readable, stream: MuxStream, { isComplete, brokenReason }: PumpOptions): void {
  let bytes = 0;
  let isOver = false;
  const cork = corkByTurn(stream);
  const pass = (chunk: Buffer): void => {
    bytes += chunk.length;
    cork();
    if (!stream.write(chunk)) source.pause();
  };
  const onDrain = (): void => void source.resume();
  const finish = (): void => {
    isOver = true;
    source.off('data', pass);
    stream.off('drain', onDrain);
    if (stream.destroyed) return;
    if (isComplete(bytes)) stream.end();
    else stream.abort('upstream-failed', brokenReason);
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
