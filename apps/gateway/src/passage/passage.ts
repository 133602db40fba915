import { type ResetCode, StreamResetError } from '@postern/mux';
import type { ClusterStream, OutgoingRequest } from '../connector/cluster-connector.ts';

/** How a stream ended, and how much went through it: up goes from the person to the cluster. */
export interface Outcome {
  code: ResetCode | 'ok';
  reason: string;
  bytesUp: number;
  bytesDown: number;
}

export function outcomeOf({ errored, bytesSent, bytesReceived }: ClusterStream): Outcome {
  const { code, message } = errored instanceof StreamResetError ? errored : { code: 'ok' as const, message: 'ended' };
  return { code, reason: message, bytesUp: bytesSent, bytesDown: bytesReceived };
}

const revoked = new StreamResetError('revoked', 'the credential has ended', false);

/** What one request has open towards its cluster: one stream at a time, and another after it when it is asked again. */
export class Passage {
  readonly #open: () => Promise<OutgoingRequest>;
  #outgoing: OutgoingRequest | undefined;
  #cut: StreamResetError | undefined;

  constructor(open: () => Promise<OutgoingRequest>) {
    this.#open = open;
  }

  /** Opens the next stream. @throws StreamResetError when the passage was cut meanwhile, and what opening throws. */
  readonly open = async (): Promise<OutgoingRequest> => {
    this.#check();
    const outgoing = await this.#open();
    this.#outgoing = outgoing;
    if (this.#cut !== undefined) outgoing.stream.reset(this.#cut.code, this.#cut.reason);
    this.#check();
    return outgoing;
  };

  /** Of the last stream; of none where none was opened. */
  get outcome(): Outcome {
    if (this.#outgoing !== undefined) return outcomeOf(this.#outgoing.stream);
    return { code: 'ok', reason: 'never opened', bytesUp: 0, bytesDown: 0 };
  }

  /** Ends what is open, at once, and opens nothing more. Does nothing when both sides had finished. */
  cut(code: ResetCode, reason: string): void {
    this.#cut ??= new StreamResetError(code, reason, false);
    this.#outgoing?.stream.reset(code, reason);
  }

  /** Ends what is open since the credential has ended, and opens nothing more. @returns what whoever reads the stream is told. */
  revoke(): StreamResetError {
    const { code, reason } = revoked;
    this.cut(code, reason);
    return revoked;
  }

  /** Calls back once the stream that is open now has closed; at once when none is. */
  whenClosed(callback: () => void): void {
    const stream = this.#outgoing?.stream;
    if (stream === undefined || stream.closed) callback();
    else stream.once('close', callback);
  }

  #check(): void {
    if (this.#cut !== undefined) throw this.#cut;
  }
}
