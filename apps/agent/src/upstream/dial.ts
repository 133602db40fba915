import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { ClusterEndpoint, Credential } from '../cluster/endpoint.ts';
import { connectThroughProxy } from '../network/proxy.ts';
import { dialError, UpstreamError } from './upstream-error.ts';

const dialTimeoutMs = 10_000;
const keepAliveMs = 30_000;
const ignore = (): void => {};

type Protocol = 'h2' | 'http/1.1';

/** A new connection to the apiserver. */
export interface Connection {
  socket: Socket;
  /** The protocol that the server chose. */
  protocol: Protocol;
}

interface DialOptions {
  /** Protocols offered by ALPN, in order of preference. */
  protocols: Protocol[];
  /**
   * Whether its two directions close separately, as an upgraded connection needs. Must be false for HTTP/2, whose session would
   * otherwise outlive the server's FIN.
   */
  halfOpen: boolean;
}

/** Connects, within 10 s. @throws {UpstreamError} */
export async function dial(endpoint: ClusterEndpoint, options: DialOptions): Promise<Connection> {
  const credential = await credentialOf(endpoint);
  const signal = AbortSignal.timeout(dialTimeoutMs);
  let socket: Socket | undefined;
  try {
    const plain = await connectPlain(endpoint, { signal, halfOpen: options.halfOpen });
    socket = plain;
    // There is no listener between dialling and use, and a reset must not end the process.
    plain.on('error', ignore);
    plain.setNoDelay(true);
    plain.setKeepAlive(true, keepAliveMs);
    if (endpoint.server.protocol === 'http:') return { socket: plain, protocol: 'http/1.1' };
    const secure = connectTls(tlsOptions(endpoint, { ...options, credential, socket: plain }));
    socket = secure;
    transports.set(secure, plain);
    secure.on('error', ignore);
    await once(secure, 'secureConnect', { signal });
    return { socket: secure, protocol: secure.alpnProtocol === 'h2' ? 'h2' : 'http/1.1' };
  } catch (cause) {
    socket?.destroy();
    throw dialError(signal.aborted ? { code: 'ETIMEDOUT' } : cause, endpoint.server);
  }
}

/** The TCP connection under each TLS connection. */
const transports = new WeakMap<Socket, Socket>();

/**
 * Ends a connection with a TCP reset, so that its server cannot take it for a proper end. `destroy()` alone sends a FIN, which
 * a server may read as the end of the data.
 */
export function breakOff(socket: Socket): void {
  try {
    (transports.get(socket) ?? socket).resetAndDestroy();
  } catch {
    // Through a proxy that uses TLS there is no TCP connection to reset.
  }
  socket.destroy();
}

/** The agent's credential for the cluster. @throws {UpstreamError} if an exec plugin or a token file fails. */
export async function credentialOf(endpoint: ClusterEndpoint): Promise<Credential> {
  try {
    return await endpoint.authenticate();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.trim().split('\n')[0] : '';
    throw new UpstreamError('credential', `The agent's own credential for the cluster could not be had: ${message}`, {
      cause,
    });
  }
}

function tlsOptions(
  endpoint: ClusterEndpoint,
  { credential, protocols, halfOpen, socket }: DialOptions & { credential: Credential; socket: Socket },
): ConnectionOptions & { allowHalfOpen: boolean } {
  const host = bareHost(endpoint.server);
  const name = endpoint.serverName ?? host;
  return {
    socket,
    host,
    allowHalfOpen: halfOpen,
    ALPNProtocols: protocols,
    // SNI does not allow addresses; the certificate is then checked against `host`.
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(endpoint.ca === undefined ? {} : { ca: endpoint.ca }),
    ...(credential.cert === undefined ? {} : { cert: credential.cert }),
    ...(credential.key === undefined ? {} : { key: credential.key }),
    rejectUnauthorized: !endpoint.skipVerification,
  };
}

async function connectPlain(
  endpoint: ClusterEndpoint,
  { signal, halfOpen }: { signal: AbortSignal; halfOpen: boolean },
): Promise<Socket> {
  const { server, proxy } = endpoint;
  const port = Number(server.port || (server.protocol === 'https:' ? 443 : 80));
  if (proxy !== undefined) return connectThroughProxy(new URL(proxy), { host: server.hostname, port, signal });
  const socket = connectTcp({ host: bareHost(server), port, allowHalfOpen: halfOpen });
  try {
    await once(socket, 'connect', { signal });
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return socket;
}

/** The host without the brackets of an IPv6 address. */
function bareHost(server: URL): string {
  return server.hostname.replace(/^\[|\]$/g, '');
}
