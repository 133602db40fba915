import type { Readable, Writable } from 'node:stream';
import type { HeaderPairs } from '@postern/kube';

/** A request to the apiserver: the checked request from the tunnel, with identity and credential. */
export interface UpstreamRequest {
  method: string;
  /** Path and query; the upstream adds the server's own path prefix. */
  path: string;
  headers: HeaderPairs;
  hasBody: boolean;
}

export interface UpstreamResponse {
  status: number;
  headers: HeaderPairs;
  body: Readable;
  /**
   * Whether the server itself marked the end of the body; call it once `body` has ended or closed. An 'end' is no proof,
   * because Node also emits it for some bodies whose connection was lost.
   */
  isComplete(): boolean;
}

/** One plain request in progress. */
export interface Exchange {
  /** Undefined if the request has no body. */
  requestBody: Writable | undefined;
  /** @throws {UpstreamError} */
  response: Promise<UpstreamResponse>;
  /**
   * Breaks the request off at any point, so that the server never sees it as complete. Has no effect once it has ended.
   */
  cancel(): void;
}
