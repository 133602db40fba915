import type { Readable, Writable } from 'node:stream';
import type { HeaderPairs } from '@postern/kube';

/** A request as it goes to the apiserver: what the tunnel asked, checked, with identity and credential on it. */
export interface UpstreamRequest {
  method: string;
  /** With the query; the server's own path prefix is added by the upstream. */
  path: string;
  headers: HeaderPairs;
  hasBody: boolean;
}

export interface UpstreamResponse {
  status: number;
  headers: HeaderPairs;
  body: Readable;
  /**
   * Whether the server itself marked the end of the body; asked once `body` has ended or closed. An 'end' is no proof: Node
   * emits it for some bodies whose connection was lost, too.
   */
  isComplete(): boolean;
}

/** One plain request under way. */
export interface Exchange {
  /** Undefined when the request has no body. */
  requestBody: Writable | undefined;
  /** @throws {UpstreamError} */
  response: Promise<UpstreamResponse>;
  /**
   * Ends it wherever it is, so that the server sees a request that was broken off and never a complete one; harmless when
   * it is over.
   */
  cancel(): void;
}
