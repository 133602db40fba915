import type { Socket } from 'node:net';
import { type HeaderPairs, passUpgradeResponseHeaders } from '@postern/kube';
import type { MuxStream } from '@postern/mux';
import type { IncomingRequest } from '@postern/tunnel';
import type { UpgradeRequest } from '../upstream/upgrade.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { relayResponse } from './relay.ts';

/**
 * Serves an `upgrade` stream: after 101 its bytes are the client's and the apiserver's own business. Until then nothing the
 * client sends reaches the connection, and after any other answer never. @throws {UpstreamError}
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
    relayResponse(incoming, response);
    return response.status;
  }
  if (stream.destroyed) {
    result.socket.destroy();
    return 101;
  }
  const headers: HeaderPairs = [['upgrade', request.protocol], ...passUpgradeResponseHeaders(result.headers)];
  incoming.respond({ status: 101, headers });
  join(stream, result.socket);
  return 101;
}

/** Joins the two both ways: half-closes pass, a break on one side breaks the other, and neither reads ahead of the other. */
function join(stream: MuxStream, socket: Socket): void {
  socket.pipe(stream);
  stream.pipe(socket);
  socket.once('close', () => {
    if (!socket.readableEnded && !stream.destroyed) {
      stream.reset('upstream-failed', 'the Kubernetes API server broke off the connection');
    }
    // Nobody reads what the client still sends: without this its END would never be seen, and the stream never close.
    stream.resume();
  });
  stream.once('close', () => {
    if (!(stream.readableEnded && stream.writableFinished)) socket.destroy();
  });
}
