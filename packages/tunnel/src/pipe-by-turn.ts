import type { Readable, Writable } from 'node:stream';

/**
 * Joins what is written to a stream within one turn of the event loop into one write. A TLS connection hands over its bytes in
 * records of at most 16 KiB, the tunnel in frames; each written by itself would be a frame, a record or a system call of its own.
 * @returns call it before each write.
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

/** `source.pipe(destination)`, with one write for each turn of the event loop. */
export function pipeByTurn(source: Readable, destination: Writable): void {
  source.on('data', corkByTurn(destination));
  source.pipe(destination);
}
