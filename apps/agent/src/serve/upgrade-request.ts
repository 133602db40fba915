import type { Socket } from 'node:net';
import { type HeaderPairs, passUpgradeResponseHeaders } from '@postern/kube';
import type { MuxStream } from '@postern/mux';
import { type IncomingRequest, pipeByTurn, pump } from '@postern/tunnel';
import { breakOff } from '../upstream/dial.ts';
import type { UpgradeRequest } from '../upstream/upgrade.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { headersError } from '../upstream/upstream-error.ts';
import { relayResponse } from './relay.ts';

/**
 * Serves an `upgrade` stream: after a 101 its bytes are passed on unread in both directions. Before a 101, and after any other
 * response, nothing that the client sends reaches the connection. @throws {UpstreamError}
 */
export async function serveUpgrade(
  incoming: IncomingRequest,
  request: Omit<UpgradeRequest, 'signal'>,
  upstream: Upstream,
): Promise<number> {
  const { stream } = incoming;
  const gone = new AbortController();
  const onClose = (): void => gone.abort();
  stream.once('close', onClose);
  const result = await upstream.upgrade({ ...request, signal: gone.signal });
  stream.off('close', onClose);
  if (!result.upgraded) {
    const { response } = result;
    if (response.status === 401) upstream.forgetCredential();
    stream.once('close', () => response.body.destroy());
    stream.resume();
    relayResponse(incoming, response, request.method);
    return response.status;
  }
  if (stream.destroyed) {
    breakOff(result.socket);
    return 101;
  }
  const headers: HeaderPairs = [['upgrade', request.protocol], ...passUpgradeResponseHeaders(result.headers)];
  try {
    incoming.respond({ status: 101, headers });
  } catch (cause) {
    breakOff(result.socket);
    throw headersError(cause);
  }
  join(stream, result.socket);
  return 101;
}

/**
 * Joins the two in both directions, with half-close and back-pressure. If the server breaks off, the client first gets all
 * bytes received before; if the client breaks off, the server gets a reset.
 */
function join(stream: MuxStream, socket: Socket): void {
  pump(socket, stream, {
    isComplete: () => socket.readableEnded,
    broken: { code: 'upstream-failed', reason: 'the Kubernetes API server broke off the connection' },
  });
  pipeByTurn(stream, socket);
  // Discards what the client still sends; otherwise its END would never be read, and the stream would never close.
  socket.once('close', () => stream.resume());
  stream.once('close', () => {
    if (!(stream.readableEnded && stream.writableFinished)) breakOff(socket);
  });
}
