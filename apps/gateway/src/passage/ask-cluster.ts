import { UnprocessedError } from '@postern/mux';
import type { ResponseHead } from '@postern/tunnel';
import type { ClusterStream, OutgoingRequest } from '../connector/cluster-connector.ts';
import { headInTime } from './head-in-time.ts';

/** A request with its response head. */
export interface Answered {
  stream: ClusterStream;
  answer: ResponseHead;
}

export interface AskOptions {
  /** Opens the request on a tunnel that accepts new ones. */
  open(): Promise<OutgoingRequest>;
  /** Sends the body, if there is one. */
  send?(stream: ClusterStream): void;
  /** Whether the whole request can be sent again. */
  isRepeatable(): boolean;
  /** Time limit for the response head, on each tunnel; 0 means none. */
  headTimeoutMs: number;
}

/** The number of tunnels that an agent's pods have while they are replaced one by one. */
const maxAttempts = 4;

/**
 * Sends a request to a cluster. If the tunnel goes away and says that it never processed the request (GOAWAY,
 * docs/protocol.md), the request is sent again on another tunnel, even a write; in every other case it is sent once.
 * @throws the errors of `open`, StreamResetError.
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
