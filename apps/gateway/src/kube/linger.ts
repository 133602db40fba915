import type { Duplex } from 'node:stream';
import type { ClusterStream } from '../connector/cluster-connector.ts';

/** What can be seen to move on a connection that was joined to a stream. */
export interface Movement {
  /** Bytes so far, both ways and on both sides: any change is movement. */
  bytes: number;
  /** Bytes wait for the cluster to take them. A slow cluster is no reason to give up on a client. */
  waitsForCluster: boolean;
}

/** Tells when nothing has moved for a while. */
export class Stillness {
  readonly #limitMs: number;
  #bytes = -1;
  #since = 0;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** @param now monotonic clock in milliseconds. @returns true when nothing moved for the limit, up to this look. */
  look({ bytes, waitsForCluster }: Movement, now: number): boolean {
    if (bytes !== this.#bytes || waitsForCluster) {
      this.#bytes = bytes;
      this.#since = now;
    }
    return now - this.#since >= this.#limitMs;
  }
}

/**
 * Once one direction has ended the other may go on, as long as anything moves. After `limitMs` of silence the connection is
 * destroyed: a client that is gone altogether looks just like one that has half-closed and waits.
 */
export function lingerAfterHalfClose(socket: Duplex, stream: ClusterStream, limitMs: number): void {
  const stillness = new Stillness(limitMs);
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    if (stillness.look(movement(socket, stream), performance.now())) socket.destroy();
  };
  const start = (): void => {
    if (timer !== undefined || socket.destroyed) return;
    look();
    timer = setInterval(look, limitMs / 8);
  };
  socket.once('finish', start);
  socket.once('end', start);
  socket.once('close', () => clearInterval(timer));
}

function movement(socket: Duplex, stream: ClusterStream): Movement {
  const {
    bytesRead = 0,
    bytesWritten = 0,
    writableLength,
  } = socket as Duplex & {
    bytesRead?: number;
    bytesWritten?: number;
  };
  // net.Socket counts what waits as written.
  const taken = bytesWritten - writableLength;
  return {
    bytes: bytesRead + taken + stream.bytesSent + stream.bytesReceived,
    waitsForCluster: stream.writableLength > 0,
  };
}
