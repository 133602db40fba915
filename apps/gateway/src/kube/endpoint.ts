import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type HeaderPairs, headerPairs, type ImpersonatedIdentity, impersonate, type RequestInfo } from '@postern/kube';
import { StreamResetError } from '@postern/mux';
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
import { breakOff } from './break-off.ts';
import { type ClassifiedRequest, classify } from './classify.ts';
import { countRequest, enterCluster } from './enter.ts';
import { forwardRequest } from './forward-request.ts';
import { answerRefusal, forwardUpgrade } from './forward-upgrade.ts';
import { failureOf, openRequest, type TunnelSource } from './open-request.ts';
import { outcomeOf, Passage } from './passage.ts';
import { type RecordedSession, recordSession } from './record.ts';
import { Refusal, refusal } from './refusal.ts';
import { resolveCluster } from './resolve.ts';
import type { Revalidation } from './revalidation.ts';
import { sanitise, sanitiseUpgrade } from './sanitise.ts';

export interface KubeEndpointOptions {
  authenticator: Pick<Authenticator, 'authenticate'>;
  directory: Pick<ClusterDirectory, 'find' | 'findOnly' | 'firstRequestServed'>;
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

const revokedReason = 'the credential has ended';

/** A request that passed everything up to the tunnel. */
interface Admitted {
  principal: Principal;
  address: KubeAddress;
  cluster: DirectoryCluster;
  asked: ClassifiedRequest;
  headers: HeaderPairs;
  identity: ImpersonatedIdentity;
}

/** The pass that cleans headers: of a plain request, or of one that asks for an upgrade. */
type Clean = (headers: HeaderPairs, principal: Principal, asked: { method: string; info: RequestInfo }) => HeaderPairs;

/**
 * A kube-apiserver to any client, made of named passes: at `/k8s/<organization>/<cluster>/…`, and at every path for a
 * credential that opens one cluster.
 */
export class KubeEndpoint {
  readonly #options: KubeEndpointOptions;
  readonly #headTimeoutMs: number;
  readonly #served = new Set<string>();

  constructor(options: KubeEndpointOptions) {
    this.#options = options;
    this.#headTimeoutMs = options.headTimeoutMs ?? 65_000;
  }

  /** Handles a plain request. Never throws and leaves no promise behind. */
  readonly request = (request: IncomingMessage, response: ServerResponse): void => {
    this.#request(request, response).catch((error: unknown) => {
      const refused = this.#refusalOf(error, request);
      if (response.headersSent || response.destroyed) breakOff(response, refused);
      else sendRefusal(response, refused);
    });
  };

  /** Handles a request to upgrade on a bare HTTP/1.1 connection. Never throws and leaves no promise behind. */
  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    this.#upgrade(request, { socket, head }).catch((error: unknown) => {
      answerRefusal(socket, this.#refusalOf(error, request));
    });
  };

  async #admit(request: IncomingMessage, clean: Clean): Promise<Admitted> {
    const { authenticator, directory, limits, publicOrigin } = this.#options;
    const principal = await authenticate(request, { authenticator, publicOrigin });
    markAuthenticated(request);
    await countRequest(limits, principal);
    const address = readAddress(request.url ?? '');
    const cluster = await resolveCluster(principal, address.named, directory);
    const { method = '' } = request;
    const asked = classify(method, address.target);
    const identity = impersonate(principal.email, cluster.level);
    authorise(asked, { user: identity.user, level: cluster.level });
    const headers = clean(headerPairs(request.rawHeaders), principal, { method, info: asked.info });
    return { principal, address, cluster, asked, headers, identity };
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const admitted = await this.#admit(request, sanitise);
    if (response.destroyed) return;
    const { principal, cluster, asked } = admitted;
    const leave = enterCluster(this.#options.limits, principal, cluster);
    const passage = this.#passage(admitted, { kind: 'http', request, interactive: false });
    const unwatch = this.#cutWhenRevoked(principal, () => {
      passage.cut('revoked', revokedReason);
      if (response.headersSent) breakOff(response, new StreamResetError('revoked', revokedReason, false));
    });
    response.once('close', () =>
      passage.whenClosed(() => {
        unwatch();
        leave();
      }),
    );
    try {
      const status = await forwardRequest({
        request,
        response,
        passage,
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
    if (socket.destroyed) return;
    const { principal, cluster, asked } = admitted;
    const leave = enterCluster(this.#options.limits, principal, cluster);
    const interactive = asked.options?.tty ?? false;
    const passage = this.#passage(admitted, { kind: 'upgrade', request, interactive });
    // Written down while the cluster answers; nothing flows before it is.
    const session = this.#record(admitted, request);
    const unwatch = this.#cutWhenRevoked(principal, () => {
      passage.cut('revoked', revokedReason);
      socket.destroy();
    });
    let isOver = false;
    const over = (): void => {
      if (isOver) return;
      isOver = true;
      passage.whenClosed(() => {
        unwatch();
        leave();
        session?.end(passage.outcome);
      });
    };
    socket.once('close', over);
    try {
      const protocol = admitted.headers.find(([name]) => name === 'upgrade')?.[1] ?? '';
      const ready = session?.recorded ?? Promise.resolve();
      const headTimeoutMs = this.#headTimeoutMs;
      const opened = await forwardUpgrade({ socket, head, passage, asked, ready, protocol, headTimeoutMs });
      if (opened) this.#markServed(cluster);
      // The connection may take its time to close; what was refused has nothing open.
      else over();
    } catch (error) {
      passage.cut('cancelled', '');
      over();
      throw failureOf(error, cluster);
    }
  }

  /** What the request opens towards its cluster, metered. */
  #passage(
    { address, cluster, asked, headers, identity }: Admitted,
    { kind, request, interactive }: { kind: 'http' | 'upgrade'; request: IncomingMessage; interactive: boolean },
  ): Passage {
    const { tunnels, metrics } = this.#options;
    const head = { kind, method: request.method ?? 'GET', path: address.target.raw, headers, identity };
    const end = kind === 'http' && !hasBody(request);
    return new Passage(async () => {
      const outgoing = await openRequest(tunnels, cluster, { head, end, interactive });
      const meter = metrics.streamOpened(asked.kind);
      outgoing.stream.once('close', () => meter.end(outcomeOf(outgoing.stream)));
      return outgoing;
    });
  }

  #cutWhenRevoked(principal: Principal, cut: () => void): () => void {
    return this.#options.revalidation.watch(principal, cut);
  }

  /** Only exec, attach and port-forward are sessions; a watch or a log over WebSocket is a read like any other. */
  #record({ principal, cluster, asked }: Admitted, request: IncomingMessage): RecordedSession | undefined {
    const { stream: kind, options, info } = asked;
    if (kind === null || options === null) return undefined;
    const { sessions, logger } = this.#options;
    const occasion = {
      principal,
      cluster,
      clientAddress: request.socket.remoteAddress ?? '',
      userAgent: request.headers['user-agent'] ?? '',
    };
    return recordSession(occasion, { kind, options, namespace: info.namespace, pod: info.name }, { sessions, logger });
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

function sendRefusal(response: ServerResponse, { status, retryAfterSeconds }: Refusal): void {
  const body = `${JSON.stringify(status)}\n`;
  response.statusCode = status.code;
  response.setHeader('content-type', 'application/json');
  response.setHeader('content-length', Buffer.byteLength(body));
  response.setHeader('cache-control', 'no-store');
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds);
  response.end(body);
}
