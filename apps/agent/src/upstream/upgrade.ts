import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type HeaderPairs, headerPairs, upgradeProtocol } from '@postern/kube';
import type { UpstreamResponse } from './exchange.ts';
import { failureOf, http1Request, noBodyLength, responseOf } from './http1-exchange.ts';
import { brokenError, UpstreamError } from './upstream-error.ts';

export interface UpgradeRequest {
  method: string;
  path: string;
  headers: HeaderPairs;
  protocol: 'websocket' | 'SPDY/3.1';
  signal: AbortSignal;
}

/** After a 101 the socket carries the new protocol. Any other status is an ordinary response, with which its socket ends. */
export type UpgradeResult =
  | { upgraded: true; headers: HeaderPairs; socket: Socket }
  | { upgraded: false; response: UpstreamResponse };

/**
 * Requests an upgrade on an unused connection, which is not used for anything else: it is destroyed unless the response is a
 * 101 for the requested protocol (CVE-2018-1002105). @throws {UpstreamError}
 */
export async function requestUpgrade(socket: Socket, host: string, request: UpgradeRequest): Promise<UpgradeResult> {
  const { method, path, protocol, signal } = request;
  const headers: HeaderPairs = [
    ['host', host],
    ['connection', 'Upgrade'],
    ['upgrade', protocol],
    ...request.headers,
    ...noBodyLength(method),
  ];
  const outgoing = http1Request(socket, { method, path, headers });
  const abort = (): void => void socket.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const result = Promise.race([
      once(outgoing, 'upgrade').then(([incoming, upgraded, head]) =>
        accepted(incoming as IncomingMessage, { socket: upgraded as Socket, head: head as Buffer, protocol }),
      ),
      once(outgoing, 'response').then(([incoming]) => refused(incoming as IncomingMessage, socket)),
      once(outgoing, 'close').then(() => {
        throw brokenError();
      }),
    ]);
    outgoing.end();
    return await result;
  } catch (error) {
    socket.destroy();
    throw error instanceof UpstreamError ? error : failureOf(error);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function accepted(
  incoming: IncomingMessage,
  { socket, head, protocol }: { socket: Socket; head: Buffer; protocol: string },
): UpgradeResult {
  if (incoming.statusCode !== 101 || upgradeProtocol(incoming.headers.upgrade) !== protocol) {
    socket.destroy();
    throw new UpstreamError('broken', `The Kubernetes API server answered with an upgrade that is not ${protocol}.`);
  }
  // The new owner of the socket adds its own listener; until then a reset must not end the process.
  socket.on('error', () => {});
  // Often not empty: bytes that the server sent right after its 101.
  if (head.length > 0) socket.unshift(head);
  return { upgraded: true, headers: headerPairs(incoming.rawHeaders), socket };
}

function refused(incoming: IncomingMessage, socket: Socket): UpgradeResult {
  incoming.once('close', () => socket.destroy());
  return { upgraded: false, response: responseOf(incoming, socket) };
}
