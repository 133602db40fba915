import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type HeaderPairs, headerPairs, type RequestInfo } from '@postern/kube';
import type { Logger } from 'pino';
import { authorise } from '../access/authorise.ts';
import { type ClassifiedRequest, classify } from '../access/classify.ts';
import type { Admission, ClusterAccess } from '../access/cluster-access.ts';
import { countRequest, enterCluster } from '../access/enter.ts';
import { Refusal, refusal } from '../access/refusal.ts';
import { resolveCluster } from '../access/resolve.ts';
import { reviewBefore } from '../access/review-before.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { ClusterDirectory, DirectoryCluster } from '../clusters/cluster-directory.ts';
import type { ClusterConnector, ClusterRequestHead, ClusterStream } from '../connector/cluster-connector.ts';
import { hasBody } from '../core/has-body.ts';
import { logFailure } from '../database/log-failure.ts';
import { markAuthenticated } from '../edge/exchange.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import type { Principal } from '../identity/principal.ts';
import type { Limits } from '../limits/limits.ts';
import type { GatewayMetrics } from '../metrics/metrics.ts';
import { type ClusterRequestEnd, ClusterTrail } from '../passage/cluster-trail.ts';
import { failureOf } from '../passage/failure.ts';
import { meteredPassage } from '../passage/metered-passage.ts';
import { type Outcome, outcomeOf } from '../passage/passage.ts';
import { openRecordedStream, type StreamRecorder } from '../passage/recorded-stream.ts';
import type { Revalidation } from '../revalidation/revalidation.ts';
import type { SessionLog } from '../sessions/session-log.ts';
import { type KubeAddress, readAddress } from './address.ts';
import { AnswerCompressor } from './answer-compressor.ts';
import { authenticate } from './authenticate.ts';
import { breakOff } from './break-off.ts';
import { forwardRequest } from './forward-request.ts';
import { answerRefusal, forwardUpgrade } from './forward-upgrade.ts';
import { deniedReview, isRightsReview, type RightsReview, readRightsReview } from './rights-review.ts';
import { sanitise, sanitiseUpgrade } from './sanitise.ts';
import { sessionStart } from './session-start.ts';

export interface KubeEndpointOptions {
  authenticator: Pick<Authenticator, 'authenticate'>;
  directory: Pick<ClusterDirectory, 'find' | 'findOnly' | 'firstRequestServed'>;
  /** Who may do what in which cluster. */
  access: Pick<ClusterAccess, 'admit' | 'isUniform'>;
  sessions: Pick<SessionLog, 'start' | 'end'>;
  connector: ClusterConnector;
  audit: AuditLog;
  revalidation: Revalidation;
  limits: Limits;
  metrics: GatewayMetrics;
  logger: Logger;
  /** Receives every byte of exec, attach and port-forward. */
  recorder?: StreamRecorder | undefined;
  /** Exactly as in a browser's Origin header. */
  publicOrigin: string;
  /** Time limit for the response head of a plain request; the apiserver itself gives up after 60 s. */
  headTimeoutMs?: number;
}

/** A request that passed all checks before the tunnel. */
interface Admitted {
  principal: Principal;
  address: KubeAddress;
  cluster: DirectoryCluster;
  asked: ClassifiedRequest;
  headers: HeaderPairs;
  admission: Admission;
  /** A review of the caller's own rights that the gateway had to read; `denied` if it would refuse what is asked for. */
  review: (RightsReview & { denied: string | undefined }) | undefined;
}

/** The pass that filters headers, of a plain request or of an upgrade. */
type Clean = (headers: HeaderPairs, principal: Principal, asked: { method: string; info: RequestInfo }) => HeaderPairs;

/**
 * Acts as a kube-apiserver to any client, as a sequence of named passes: at `/k8s/<organization>/<cluster>/…`, and at every
 * path for a credential that opens one cluster.
 */
export class KubeEndpoint {
  readonly #options: KubeEndpointOptions;
  readonly #headTimeoutMs: number;
  readonly #served = new Set<string>();
  readonly #compressor = new AnswerCompressor();

  constructor(options: KubeEndpointOptions) {
    this.#options = options;
    this.#headTimeoutMs = options.headTimeoutMs ?? 65_000;
  }

  /** Handles a plain request. Never throws or rejects. */
  readonly request = (request: IncomingMessage, response: ServerResponse): void => {
    const trail = ClusterTrail.of(this.#options.audit, request);
    this.#request(request, response, trail).catch((error: unknown) => {
      const refused = this.#refusalOf(error, request);
      trail.refused(refused);
      if (response.headersSent || response.destroyed) breakOff(response, refused);
      else sendRefusal(response, refused);
    });
  };

  /** Handles an upgrade request on a bare HTTP/1.1 connection. Never throws or rejects. */
  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const trail = ClusterTrail.of(this.#options.audit, request);
    this.#upgrade(request, { socket, head }, trail).catch((error: unknown) => {
      const refused = this.#refusalOf(error, request);
      trail.refused(refused);
      answerRefusal(socket, refused);
    });
  };

  async #admit(request: IncomingMessage, clean: Clean, trail: ClusterTrail): Promise<Admitted> {
    const { authenticator, directory, access, limits, publicOrigin } = this.#options;
    const principal = await authenticate(request, { authenticator, publicOrigin });
    markAuthenticated(request);
    trail.know({ principal });
    await countRequest(limits, principal);
    const address = readAddress(request.url ?? '');
    trail.know({ named: address.named, path: address.target.path });
    const cluster = await resolveCluster(principal, address.named, directory);
    const { method = '' } = request;
    trail.know({ cluster });
    const asked = classify(method, address.target);
    trail.know({ asked });
    const { path } = address.target;
    const granted = await access.admit({ principal, cluster, asked: { info: asked.info, path, verb: asked.verb } });
    const { admission, review } = await this.#reviewed(request, { principal, cluster, asked, granted });
    trail.know({ identity: admission.identity });
    authorise(asked, { user: admission.identity.user, level: admission.grant.level });
    const headers = clean(headerPairs(request.rawHeaders), principal, { method, info: asked.info });
    await trail.admitted();
    return { principal, address, cluster, asked, headers, admission, review };
  }

  /**
   * Pass: the cluster does not know of namespaces to which an account is limited, so a review of its rights is asked with the
   * groups that it has where the review is about.
   */
  async #reviewed(
    request: IncomingMessage,
    { principal, cluster, asked, granted }: Pick<Admitted, 'principal' | 'cluster' | 'asked'> & { granted: Admission },
  ): Promise<Pick<Admitted, 'admission' | 'review'>> {
    const { access } = this.#options;
    if (!isRightsReview(asked.info) || (await access.isUniform(principal, cluster))) {
      return { admission: granted, review: undefined };
    }
    const review = await readRightsReview(request, asked.info);
    try {
      const admission = await access.admit({ principal, cluster, asked: review.asked });
      return { admission, review: { ...review, denied: undefined } };
    } catch (error) {
      if (!(error instanceof Refusal) || error.status.code !== 403) throw error;
      return { admission: granted, review: { ...review, denied: error.message } };
    }
  }

  async #request(request: IncomingMessage, response: ServerResponse, trail: ClusterTrail): Promise<void> {
    const admitted = await this.#admit(request, sanitise, trail);
    if (response.destroyed) {
      trail.ended(clientLeft);
      return;
    }
    const { limits, revalidation } = this.#options;
    const { principal, cluster, asked, admission, review } = admitted;
    if (review?.denied !== undefined) {
      sendJson(response, 201, deniedReview(review, asked.info, review.denied));
      trail.ended({ reason: 'answered by the gateway', bytesUp: 0, bytesDown: 0, status: 201 });
      return;
    }
    const leave = enterCluster(limits, principal, cluster);
    const passage = meteredPassage(this.#options, {
      cluster,
      head: headOf('http', request, admitted),
      kind: asked.kind,
      end: !hasBody(request),
      interactive: false,
    });
    const unwatch = revalidation.watch({ principal, stillHolds: admission.stillHolds }, () => {
      const reason = passage.revoke();
      if (response.headersSent) breakOff(response, reason);
    });
    response.once('close', () =>
      passage.whenClosed(() => {
        unwatch();
        leave();
        trail.ended({ ...endOf(passage.outcome), status: response.headersSent ? response.statusCode : null });
      }),
    );
    try {
      const status = await forwardRequest({
        request,
        response,
        passage,
        asked,
        body: review?.body,
        browser:
          principal.credential.kind === 'browser'
            ? { compressor: this.#compressor, person: principal.userId }
            : undefined,
        headTimeoutMs: this.#headTimeoutMs,
      });
      if (status < 300) trail.opened();
      if (status < 500) this.#markServed(cluster);
    } catch (error) {
      throw failureOf(error, cluster);
    }
  }

  async #upgrade(
    request: IncomingMessage,
    { socket, head }: { socket: Duplex; head: Buffer },
    trail: ClusterTrail,
  ): Promise<void> {
    const admitted = await this.#admit(request, sanitiseUpgrade, trail);
    if (socket.destroyed) {
      trail.ended(clientLeft);
      return;
    }
    const { principal, cluster, asked, headers, admission } = admitted;
    const gone = new AbortController();
    socket.once('close', () => gone.abort());
    const opened = await openRecordedStream(
      {
        principal,
        stillHolds: admission.stillHolds,
        cluster,
        head: headOf('upgrade', request, admitted),
        kind: asked.kind,
        interactive: asked.options?.tty ?? false,
        session: sessionStart(admitted, request),
        review: reviewBefore(request.method, asked, admission.grant),
        recordsRefused: true,
        headTimeoutMs: this.#headTimeoutMs,
        signal: gone.signal,
        leave: enterCluster(this.#options.limits, principal, cluster),
        onRevoked: () => socket.destroy(),
      },
      this.#options,
    );
    socket.once('close', () => opened.end());
    const { answer, stream, sessionId } = opened;
    trail.know({ session: sessionId });
    if (answer.status === 101) trail.opened();
    whenClosed(stream, () => trail.ended({ ...endOf(outcomeOf(stream)), status: answer.status }));
    const protocol = headers.find(([name]) => name === 'upgrade')?.[1] ?? '';
    if (await forwardUpgrade({ socket, head, opened, asked, protocol })) this.#markServed(cluster);
    // The connection may have closed before, or take its time, but a refused request has nothing open.
    else opened.end();
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
    // An unexpected error must neither let a request through nor reveal internals.
    const { method } = request;
    logFailure(this.#options.logger, error, 'a request to a cluster failed inside Postern', { method });
    return refusal(503, 'Postern cannot handle this request right now. Try again shortly.');
  }
}

/** The client left while its request was being checked. */
const clientLeft: ClusterRequestEnd = { status: null, reason: 'the client has gone', bytesUp: 0, bytesDown: 0 };

function endOf({ code, reason, bytesUp, bytesDown }: Outcome): Omit<ClusterRequestEnd, 'status'> {
  return { reason: code === 'ok' ? null : reason, bytesUp, bytesDown };
}

function whenClosed(stream: ClusterStream, callback: () => void): void {
  if (stream.closed) callback();
  else stream.once('close', callback);
}

function headOf(
  kind: 'http' | 'upgrade',
  { method = 'GET' }: IncomingMessage,
  { address, headers, admission }: Admitted,
): ClusterRequestHead {
  return { kind, method, path: address.target.raw, headers, identity: admission.identity };
}

function sendRefusal(response: ServerResponse, { status, retryAfterSeconds }: Refusal): void {
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds);
  sendJson(response, status.code, status);
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  const body = `${JSON.stringify(value)}\n`;
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.setHeader('content-length', Buffer.byteLength(body));
  response.setHeader('cache-control', 'no-store');
  response.end(body);
}
