import type { IncomingMessage, ServerResponse } from 'node:http';
import type { User } from './identity.ts';
import type { Resource } from './resources.ts';

/** A request with its response, over HTTP/1.1 or HTTP/2 (through Node's compatibility API). */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** Percent-decoded. */
  path: string;
  query: URLSearchParams;
  user: User;
}

/** Checks for unknown and repeated fields (`FieldValidation`). All throw an ApiError that names them, or send warnings. */
export interface BodyValidation {
  /** Of a whole object that was sent. */
  checkObject(): void;
  /** Of the result of a patch. */
  checkPatched(patched: unknown): void;
  /** Of a configuration for server-side apply. */
  checkApplied(): void;
}

/** A request for a resource. */
export interface ResourceExchange extends Exchange {
  resource: Resource;
  verb: string;
  /** Empty for a cluster-scoped resource and for all namespaces. */
  namespace: string;
  name: string;
  subresource: string;
  /** Of a body that creates or changes an object; undefined otherwise. */
  validation?: BodyValidation;
}

/** Sends a JSON response. It is not indented, not even for browsers. */
export function sendJson(
  { response, contentType = 'application/json' }: { response: ServerResponse; contentType?: string },
  code: number,
  body: object,
): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  const text = JSON.stringify(body);
  response.statusCode = code;
  response.setHeader('content-type', contentType);
  response.setHeader('cache-control', 'no-cache, private');
  response.setHeader('content-length', Buffer.byteLength(text));
  response.end(text);
}

export function sendText(exchange: { response: ServerResponse }, code: number, text: string): void {
  exchange.response.statusCode = code;
  exchange.response.setHeader('content-type', 'text/plain; charset=utf-8');
  exchange.response.setHeader('x-content-type-options', 'nosniff');
  exchange.response.end(text);
}
