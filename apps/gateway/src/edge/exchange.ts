import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { isHttp2Response } from '../core/http-version.ts';
import type { Connection } from './clients.ts';
import { raiseSession } from './http2-sessions.ts';
import type { Owner } from './routes.ts';

/** One request and its response, with the state of their deadlines. Times in milliseconds of the monotonic clock. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse | Http2ServerResponse;
  readonly owner: Owner | null;
  readonly connection: Connection;
  /** The network address under which it is counted. */
  readonly address: string;
  /** Ends its count as an unauthenticated request of its address. */
  readonly known: () => void;
  readonly startedAt: number;
  isAuthenticated: boolean;
  /** State of a response with waiting bytes at the last sweep that saw progress; undefined while none wait. */
  stall: { at: number; mark: number } | undefined;
  /** The same for an incomplete request body. */
  body: { at: number; mark: number } | undefined;
}

/** A new exchange, starting now, not yet authenticated. */
export function newExchange(
  parts: Pick<Exchange, 'request' | 'response' | 'owner' | 'connection' | 'address' | 'known'>,
): Exchange {
  return { ...parts, startedAt: performance.now(), isAuthenticated: false, stall: undefined, body: undefined };
}

const exchangeKey = Symbol('exchange');
type Carrier = { [exchangeKey]?: Exchange };

/** Attaches an exchange to its request, so that `markAuthenticated` finds it. */
export function attachExchange(exchange: Exchange): void {
  (exchange.request as Carrier)[exchangeKey] = exchange;
}

/**
 * Call when the credential of a request was accepted: the request no longer counts as unauthenticated, and its HTTP/2
 * connection gets the full number of streams and the full windows. Does nothing for a request unknown to the edge.
 */
export function markAuthenticated(request: IncomingMessage): void {
  const exchange = (request as Carrier)[exchangeKey];
  if (exchange === undefined || exchange.isAuthenticated) return;
  exchange.isAuthenticated = true;
  exchange.known();
  const { response } = exchange;
  if (isHttp2Response(response)) raiseSession(response.stream?.session);
}
