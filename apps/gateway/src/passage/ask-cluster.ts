import { UnprocessedError } from '@postern/mux';
import type { ResponseHead } from '@postern/tunnel';
import type { ClusterStream, OutgoingRequest } from '../connector/cluster-connector.ts';
import { headInTime } from './head-in-time.ts';

/** A request that a cluster has begun to answer. */
export interface Answered {
  stream: ClusterStream;
  answer: ResponseHead;
}

export interface AskOptions {
  /** Opens the request on a tunnel that takes new ones. */
  open(): Promise<OutgoingRequest>;
  /** Sends what there is of a body. */
  send?(stream: ClusterStream): void;
  /** Whether the whole request can be sent once more. */
  isRepeatable(): boolean;
  /** For the head of the answer, on each tunnel; 0: for ever. */
  headTimeoutMs: number;
}

/** As many tunnels an agent's pods have between them when they are replaced one by one. */
const maxAttempts = 4;

/**
 * Asks a cluster. When the tunnel goes away and says that it never looked at the request (GOAWAY, docs/protocol.md) nothing
 * was done for it, so it is asked again on another one, writes too; in every other case it is asked once.
 * @throws what `open` throws, StreamResetError.
 */
export async function askCluster({ open, send, isRepeatable, headTimeoutMs }: AskOptions): Promise<Answered> {
  for (let attempt = 1; ; attempt++) {
    const outgoing = await open();
    send?.(outgoing.stream);
    try {
      return { stream: outgoing.stream, answer: await headInTime(outgoing, headTimeoutMs) };
    } catch (error) {
      if (!(error instanceof UnprocessedError) || attempt === maxAttempts || !isRepeatable()) throw error;
    }
  }
}
