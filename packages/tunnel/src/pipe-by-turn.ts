import type { Readable, Writable } from 'node:stream';

/**
 * Combines the writes to a stream within one turn of the event loop. A TLS connection delivers its bytes in records of at most
 * 16 KiB, the tunnel in frames; written separately, each would be a frame, a record or a system call of its own.
 * @returns a function to call before each write.
 */
export function corkByTurn(destination: Writable): () => void {
  let isCorked = false;
  const uncork = (): void => {
    isCorked = false;
    destination.uncork();
  };
  return () => {
    if (isCorked) return;
    isCorked = true;
    destination.cork();
    setImmediate(uncork);
  };
}

/** `source.pipe(destination)`, with one write per turn of the event loop. */
export function pipeByTurn(source: Readable, destination: Writable): void {
  source.on('data', corkByTurn(destination));
  source.pipe(destination);
}
