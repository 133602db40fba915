import { type ResetCode, StreamResetError } from '@postern/mux';
import type { ClusterStream, OutgoingRequest } from '../connector/cluster-connector.ts';

/** How a stream ended, and its bytes; "up" is from the person to the cluster. */
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

/** The streams of one request to its cluster: one at a time, and another if the request is sent again. */
export class Passage {
  readonly #open: () => Promise<OutgoingRequest>;
  #outgoing: OutgoingRequest | undefined;
  #cut: StreamResetError | undefined;

  constructor(open: () => Promise<OutgoingRequest>) {
    this.#open = open;
  }

  /** Opens the next stream. @throws StreamResetError if the passage was cut meanwhile, and the errors of opening. */
  readonly open = async (): Promise<OutgoingRequest> => {
    this.#check();
    const outgoing = await this.#open();
    this.#outgoing = outgoing;
    if (this.#cut !== undefined) outgoing.stream.reset(this.#cut.code, this.#cut.reason);
    this.#check();
    return outgoing;
  };

  /** The outcome of the last stream, if any was opened. */
  get outcome(): Outcome {
    if (this.#outgoing !== undefined) return outcomeOf(this.#outgoing.stream);
    return { code: 'ok', reason: 'never opened', bytesUp: 0, bytesDown: 0 };
  }

  /** Ends the open stream at once, and opens no more. Has no effect if both sides had finished. */
  cut(code: ResetCode, reason: string): void {
    this.#cut ??= new StreamResetError(code, reason, false);
    this.#outgoing?.stream.reset(code, reason);
  }

  /** Ends the open stream because the credential has ended, and opens no more. @returns the error for the stream's reader. */
  revoke(): StreamResetError {
    const { code, reason } = revoked;
    this.cut(code, reason);
    return revoked;
  }

  /** Calls back once the currently open stream has closed; at once if there is none. */
  whenClosed(callback: () => void): void {
    const stream = this.#outgoing?.stream;
    if (stream === undefined || stream.closed) callback();
    else stream.once('close', callback);
  }

  #check(): void {
    if (this.#cut !== undefined) throw this.#cut;
  }
}
