import type { Socket } from 'node:net';
import type { HeaderPairs } from '@postern/kube';
import type { ClusterEndpoint } from '../cluster/endpoint.ts';
import { type Connection, credentialOf, dial } from './dial.ts';
import type { Exchange, UpstreamRequest } from './exchange.ts';
import { http1Exchange } from './http1-exchange.ts';
import { http2Exchange } from './http2-exchange.ts';
import { Http2Sessions } from './http2-sessions.ts';
import { requestUpgrade, type UpgradeRequest, type UpgradeResult } from './upgrade.ts';
import { brokenError } from './upstream-error.ts';
import { WarmSockets } from './warm-sockets.ts';

/** The least time between discarding connections because a credential was refused, in milliseconds. */
const forgetEveryMs = 5_000;
/** Attempts to find room; each dials a connection, which may be full by the time a waiting request gets its turn. */
const maxAttempts = 16;

/**
 * The apiserver. Plain requests share HTTP/2 connections, on which identities cannot mix; if the server only speaks HTTP/1.1,
 * each has a connection of its own. Upgrades use connections opened in advance. The agent's own credential is added here and
 * nowhere else; redirects are never followed.
 */
export class Upstream {
  readonly endpoint: ClusterEndpoint;
  readonly #sessions: Http2Sessions;
  readonly #warm: WarmSockets;
  readonly #prefix: string;
  #dialling: Promise<Connection> | undefined;
  /** Monotonic clock. */
  #forgottenAt = Number.NEGATIVE_INFINITY;
  /** The client certificate of the most recent connections. */
  #certificate: string | undefined;

  constructor(endpoint: ClusterEndpoint) {
    this.endpoint = endpoint;
    this.#prefix = endpoint.server.pathname.replace(/\/$/, '');
    this.#sessions = new Http2Sessions(endpoint.server);
    this.#warm = new WarmSockets(
      async () => (await dial(endpoint, { protocols: ['http/1.1'], halfOpen: true })).socket,
    );
  }

  /** Opens connections in advance for the first upgrades. */
  warmUp(): void {
    this.#warm.fill();
  }

  /** Sends a plain request. @throws {UpstreamError} if there is no connection; later errors reject `response`. */
  async send(request: UpstreamRequest): Promise<Exchange> {
    const prepared = await this.#prepare(request);
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const shared = this.#sessions.find();
      if (shared !== undefined) return http2Exchange(shared, prepared);
      const connection = await this.#connect();
      if (connection !== undefined) return http1Exchange(connection.socket, this.endpoint.server.host, prepared);
    }
    throw brokenError();
  }

  /** Requests an upgrade. @throws {UpstreamError} */
  async upgrade(request: UpgradeRequest): Promise<UpgradeResult> {
    const prepared = await this.#prepare(request);
    return requestUpgrade(await this.#warm.take(), this.endpoint.server.host, prepared);
  }

  /** Call after a 401 from the apiserver: the agent's credential is read again, and connections made with the old one retire. */
  forgetCredential(): void {
    if (performance.now() - this.#forgottenAt < forgetEveryMs) return;
    this.#forgottenAt = performance.now();
    this.endpoint.forget();
    this.#reconnect();
  }

  /** Number of connections, for metrics. */
  get connections(): { http2: number; warm: number } {
    return { http2: this.#sessions.size, warm: this.#warm.size };
  }

  close(): void {
    this.#sessions.close();
    this.#warm.close();
  }

  async #prepare<R extends { path: string; headers: HeaderPairs }>(request: R): Promise<R> {
    const { authorization, cert } = await credentialOf(this.endpoint);
    this.#noticeCertificate(cert?.toString());
    return {
      ...request,
      path: `${this.#prefix}${request.path}`,
      headers: [...request.headers, ...(authorization === undefined ? [] : [['authorization', authorization]])],
    } as R;
  }

  /** A client certificate is presented when connecting, so a new one needs new connections, as in client-go. */
  #noticeCertificate(certificate: string | undefined): void {
    if (certificate === this.#certificate) return;
    const isFirst = this.#certificate === undefined;
    this.#certificate = certificate;
    if (!isFirst) this.#reconnect();
  }

  /** Requests in progress keep their connections; new requests get new ones. */
  #reconnect(): void {
    this.#sessions.retire();
    this.#warm.renew();
  }

  /** Connects. @returns undefined for a new HTTP/2 session, which `find` then returns, or an HTTP/1.1 socket for the caller. */
  async #connect(): Promise<{ socket: Socket } | undefined> {
    const isMine = this.#dialling === undefined;
    this.#dialling ??= this.#dialShared();
    const connection = await this.#dialling;
    if (connection.protocol === 'h2') return undefined;
    return isMine ? connection : dial(this.endpoint, { protocols: ['http/1.1'], halfOpen: false });
  }

  /** Simultaneous requests share one dial. */
  async #dialShared(): Promise<Connection> {
    try {
      const connection = await dial(this.endpoint, { protocols: ['h2', 'http/1.1'], halfOpen: false });
      if (connection.protocol === 'h2') this.#sessions.add(connection);
      return connection;
    } finally {
      this.#dialling = undefined;
    }
  }
}
