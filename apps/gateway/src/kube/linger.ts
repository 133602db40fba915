import type { Duplex } from 'node:stream';
import type { ClusterStream } from '../connector/cluster-connector.ts';

/** The visible traffic of a connection joined with a stream. */
export interface Movement {
  /** Total bytes, in both directions and on both sides; any change means traffic. */
  bytes: number;
  /** Whether bytes wait for the cluster. A slow cluster is no reason to give up on a client. */
  waitsForCluster: boolean;
}

/** Detects when there has been no traffic for a while. */
export class Stillness {
  readonly #limitMs: number;
  #bytes = -1;
  #since = 0;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** @param now monotonic clock in milliseconds. @returns true if there has been no traffic for the limit. */
  look({ bytes, waitsForCluster }: Movement, now: number): boolean {
    if (bytes !== this.#bytes || waitsForCluster) {
      this.#bytes = bytes;
      this.#since = now;
    }
    return now - this.#since >= this.#limitMs;
  }
}

/**
 * Once one direction has ended, the other may continue as long as there is traffic. After `limitMs` of silence the connection
 * is destroyed, because a client that has vanished looks just like one that has half-closed and waits.
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
  // net.Socket counts queued bytes as written.
  const taken = bytesWritten - writableLength;
  return {
    bytes: bytesRead + taken + stream.bytesSent + stream.bytesReceived,
    waitsForCluster: stream.writableLength > 0,
  };
}
