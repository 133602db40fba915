import type { IncomingRequest } from '@postern/tunnel';
import type { Exchange, UpstreamRequest, UpstreamResponse } from '../upstream/exchange.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { relayResponse } from './relay.ts';

/**
 * Serves an `http` stream. A request that has surely not been acted upon (a read, or one the server refused to look at) and
 * carries no body is tried a second time when its connection broke: a server that restarts closes connections at will.
 * @throws {UpstreamError} when there is no answer to relay.
 */
export async function servePlain(
  incoming: IncomingRequest,
  request: UpstreamRequest,
  upstream: Upstream,
): Promise<number> {
  const { stream } = incoming;
  let current: Exchange | undefined;
  stream.once('close', () => current?.cancel());
  const start = async (): Promise<UpstreamResponse> => {
    const exchange = await upstream.send(request);
    current = exchange;
    if (stream.destroyed) exchange.cancel();
    else if (exchange.requestBody === undefined) stream.resume();
    else sendBody(incoming, exchange);
    return exchange.response;
  };
  let response: UpstreamResponse;
  try {
    response = await start();
  } catch (error) {
    if (stream.destroyed || !mayRetry(request, error)) throw error;
    response = await start();
  }
  if (response.status === 401) upstream.forgetCredential();
  relayResponse(incoming, response);
  return response.status;
}

function sendBody({ stream }: IncomingRequest, { requestBody, response }: Exchange): void {
  if (requestBody === undefined) return;
  stream.pipe(requestBody);
  // The server may answer, or break off, before it has taken the whole body; the rest goes nowhere.
  requestBody.on('error', () => stream.resume());
  requestBody.on('close', () => stream.resume());
  response.catch(() => stream.unpipe(requestBody));
}

function mayRetry(request: UpstreamRequest, error: unknown): boolean {
  if (request.hasBody || !(error instanceof UpstreamError)) return false;
  return error.code === 'broken' || error.code === 'busy';
}
