import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  type HeaderPairs,
  headerPairs,
  type ImpersonatedIdentity,
  impersonate,
  type StreamSubresource,
} from '@postern/kube';
import { StreamResetError } from '@postern/mux';
import type { OutgoingRequest } from '@postern/tunnel';
import type { Logger } from 'pino';
import type { ClusterDirectory, DirectoryCluster } from '../clusters/cluster-directory.ts';
import { markAuthenticated } from '../edge/exchange.ts';
import { hasBody } from '../edge/plain-response.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import type { Principal } from '../identity/principal.ts';
import type { Limits } from '../limits/limits.ts';
import type { GatewayMetrics } from '../metrics/metrics.ts';
import type { SessionLog } from '../sessions/session-log.ts';
import { type KubeAddress, readAddress } from './address.ts';
import { authenticate } from './authenticate.ts';
import { authorise } from './authorise.ts';
import { type Asked, classify } from './classify.ts';
import { forwardRequest } from './forward-request.ts';
import { answerStatus, forwardUpgrade } from './forward-upgrade.ts';
import { failureOf, openRequest, type TunnelSource } from './open-request.ts';
import { record } from './record.ts';
import { Refusal, refusal } from './refusal.ts';
import { resolveCluster } from './resolve.ts';
import type { Revalidation } from './revalidation.ts';
import { sanitise, sanitiseUpgrade } from './sanitise.ts';

export interface KubeEndpointOptions {
  authenticator: Pick<Authenticator, 'authenticate'>;
  directory: Pick<ClusterDirectory, 'find' | 'firstRequestServed'>;
  sessions: Pick<SessionLog, 'start' | 'end'>;
  tunnels: TunnelSource;
  revalidation: Revalidation;
  limits: Limits;
  metrics: GatewayMetrics;
  logger: Logger;
  /** Exactly as a browser's Origin header says it. */
  publicOrigin: string;
  /** For the head of an answer to a plain request; the apiserver itself gives up after 60 s. */
  headTimeoutMs?: number;
}

/** A request that passed everything up to the tunnel. */
interface Admitted {
  principal: Principal;
  address: KubeAddress;
  cluster: DirectoryCluster;
  asked: Asked;
  headers: HeaderPairs;
  identity: ImpersonatedIdentity;
}

/** `/k8s/<organization>/<cluster>/…`: a kube-apiserver to any client, made of named passes. */
export class KubeEndpoint {
  readonly #options: KubeEndpointOptions;
  readonly #headTimeoutMs: number;
  readonly #served = new Set<string>();

  constructor(options: KubeEndpointOptions) {
    this.#options = options;
    this.#headTimeoutMs = options.headTimeoutMs ?? 65_000;
  }

  /** Handles a plain request. Never rejects. */
  readonly request = (request: IncomingMessage, response: ServerResponse): void => {
    this.#request(request, response).catch((error: unknown) => {
      const { status } = this.#refusalOf(error, request);
      if (response.headersSent || response.destroyed) response.destroy();
      else sendStatus(response, status);
    });
  };

  /** Handles a request to upgrade on a bare HTTP/1.1 connection. Never rejects. */
  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    this.#upgrade(request, { socket, head }).catch((error: unknown) => {
      const { status } = this.#refusalOf(error, request);
      answerStatus(socket, status.code, status.message);
    });
  };

  async #admit(request: IncomingMessage, clean: typeof sanitise): Promise<Admitted> {
    const { authenticator, directory, publicOrigin } = this.#options;
    const principal = await authenticate(request, { authenticator, publicOrigin });
    markAuthenticated(request);
    const address = readAddress(request.url ?? '');
    const cluster = await resolveCluster(principal, address, directory);
    const asked = classify(request.method ?? '', address.target);
    const identity = impersonate(principal.email, cluster.level);
    authorise(asked, { user: identity.user, level: cluster.level });
    const headers = clean(headerPairs(request.rawHeaders), principal);
    return { principal, address, cluster, asked, headers, identity };
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const admitted = await this.#admit(request, sanitise);
    if (response.destroyed) return;
    const { principal, cluster, asked } = admitted;
    const outgoing = await this.#open(admitted, { kind: 'http', request, interactive: false });
    const unwatch =
      asked.kind === 'unary' ? undefined : this.#cutWhenRevoked(principal, { outgoing, cut: () => response.destroy() });
    outgoing.stream.once('close', () => unwatch?.());
    try {
      const status = await forwardRequest({
        request,
        response,
        outgoing,
        asked,
        isBrowser: principal.credential.kind === 'browser',
        headTimeoutMs: this.#headTimeoutMs,
      });
      if (status < 500) this.#markServed(cluster);
    } catch (error) {
      throw failureOf(error, cluster);
    }
  }

  async #upgrade(request: IncomingMessage, { socket, head }: { socket: Duplex; head: Buffer }): Promise<void> {
    const admitted = await this.#admit(request, sanitiseUpgrade);
    const { principal, cluster, asked, address } = admitted;
    const { stream: subresource } = asked;
    if (subresource === null) throw refusal(400, 'Only exec, attach and portforward of a pod can be upgraded.');
    if (request.method !== 'GET' && request.method !== 'POST')
      throw refusal(405, 'A stream is opened with GET or POST.');
    if (socket.destroyed) return;

    const occasion = {
      principal,
      cluster,
      clientAddress: request.socket.remoteAddress ?? '',
      userAgent: request.headers['user-agent'] ?? '',
    };
    const { sessions } = this.#options;
    const tty = new URLSearchParams(address.target.query).get('tty') === 'true';
    const outgoing = await this.#open(admitted, { kind: 'upgrade', request, interactive: tty });
    // Written down while the cluster answers; nothing flows before it is.
    const recorded = record(
      occasion,
      { asked: { ...asked, stream: subresource }, query: address.target.query },
      sessions,
    );
    const unwatch = this.#cutWhenRevoked(principal, { outgoing, cut: () => socket.destroy() });
    outgoing.stream.once('close', () => {
      unwatch();
      this.#endSession(recorded, { outgoing, subresource });
    });
    try {
      const protocol = admitted.headers.find(([name]) => name === 'upgrade')?.[1] ?? '';
      const ready = recorded.catch((error: unknown) => {
        this.#options.logger.error({ error }, 'a session could not be recorded and was refused');
        throw refusal(503, 'Postern could not record this session and refused it. Try again shortly.');
      });
      const headTimeoutMs = this.#headTimeoutMs;
      const opened = await forwardUpgrade({ socket, head, outgoing, asked, ready, protocol, headTimeoutMs });
      if (opened) this.#markServed(cluster);
    } catch (error) {
      outgoing.stream.destroy();
      throw failureOf(error, cluster);
    }
  }

  async #open(
    { address, cluster, asked, headers, identity }: Admitted,
    { kind, request, interactive }: { kind: 'http' | 'upgrade'; request: IncomingMessage; interactive: boolean },
  ): Promise<OutgoingRequest> {
    const { tunnels, metrics } = this.#options;
    const head = { kind, method: request.method ?? 'GET', path: address.target.raw, headers, identity };
    const end = kind === 'http' && !hasBody(request);
    const outgoing = await openRequest(tunnels, cluster, { head, end, interactive });
    const meter = metrics.streamOpened(asked.kind);
    outgoing.stream.once('close', () => {
      const { errored, bytesSent, bytesReceived } = outgoing.stream;
      const code = errored instanceof StreamResetError ? errored.code : 'ok';
      meter.end({ code, bytesUp: bytesSent, bytesDown: bytesReceived });
    });
    return outgoing;
  }

  #cutWhenRevoked(principal: Principal, { outgoing, cut }: { outgoing: OutgoingRequest; cut: () => void }): () => void {
    return this.#options.revalidation.watch(principal, () => {
      outgoing.stream.reset('revoked', 'the credential has ended');
      cut();
    });
  }

  #endSession(
    recorded: Promise<string>,
    { outgoing, subresource }: { outgoing: OutgoingRequest; subresource: StreamSubresource },
  ): void {
    const { errored, bytesSent, bytesReceived } = outgoing.stream;
    const reason = errored instanceof StreamResetError ? errored.message : 'ended';
    recorded
      .then((id) => this.#options.sessions.end(id, { reason, bytesUp: bytesSent, bytesDown: bytesReceived }))
      .catch((error: unknown) => {
        this.#options.logger.error({ error, subresource }, 'the end of a session could not be recorded');
      });
  }

  #markServed(cluster: DirectoryCluster): void {
    if (this.#served.has(cluster.id)) return;
    this.#served.add(cluster.id);
    this.#options.directory.firstRequestServed(cluster.id).catch((error: unknown) => {
      this.#served.delete(cluster.id);
      this.#options.logger.warn({ error }, 'cannot note the first request of a cluster');
    });
  }

  #refusalOf(error: unknown, request: IncomingMessage): Refusal {
    if (error instanceof Refusal) return error;
    // What the passes do not foresee must not let a request through, nor tell how we are built.
    this.#options.logger.error({ error, method: request.method }, 'a request to a cluster failed inside Postern');
    return refusal(503, 'Postern cannot handle this request right now. Try again shortly.');
  }
}

function sendStatus(response: ServerResponse, status: Refusal['status']): void {
  const body = `${JSON.stringify(status)}\n`;
  response.statusCode = status.code;
  response.setHeader('content-type', 'application/json');
  response.setHeader('content-length', Buffer.byteLength(body));
  response.setHeader('cache-control', 'no-store');
  response.end(body);
}
