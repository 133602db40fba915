import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { isHttp2Response } from '../core/http-version.ts';
import type { Connection } from './clients.ts';
import { raiseSession } from './http2-sessions.ts';
import type { Owner } from './routes.ts';

/** One request and its answer, as the edge's deadlines see them. Times in milliseconds of the monotonic clock. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse | Http2ServerResponse;
  readonly owner: Owner | null;
  readonly connection: Connection;
  /** The network address that it is counted under. */
  readonly address: string;
  /** Ends its count among the strangers' of its address. */
  readonly known: () => void;
  readonly startedAt: number;
  isAuthenticated: boolean;
  /** What the deadlines saw when they last looked at an answer whose bytes wait; undefined while none wait. */
  stall: { at: number; mark: number } | undefined;
  /** The same of a body that has not come to its end. */
  body: { at: number; mark: number } | undefined;
}

/** An exchange that begins now, for nobody who is known. */
export function newExchange(
  parts: Pick<Exchange, 'request' | 'response' | 'owner' | 'connection' | 'address' | 'known'>,
): Exchange {
  return { ...parts, startedAt: performance.now(), isAuthenticated: false, stall: undefined, body: undefined };
}

const exchangeKey = Symbol('exchange');
type Carrier = { [exchangeKey]?: Exchange };

/** Ties an exchange to its request, so that whoever authenticates the request can say so. */
export function attachExchange(exchange: Exchange): void {
  (exchange.request as Carrier)[exchangeKey] = exchange;
}

/**
 * Tells the edge that the credential of this request was accepted: it no longer counts as a stranger's, and its HTTP/2
 * connection gets the full number of streams and the full windows. Does nothing for a request the edge does not know.
 */
export function markAuthenticated(request: IncomingMessage): void {
  const exchange = (request as Carrier)[exchangeKey];
  if (exchange === undefined || exchange.isAuthenticated) return;
  exchange.isAuthenticated = true;
  exchange.known();
  const { response } = exchange;
  if (isHttp2Response(response)) raiseSession(response.stream?.session);
}
