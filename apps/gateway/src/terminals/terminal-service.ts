import type { OpenTerminal } from '@postern/contracts';
import { parseTarget } from '@postern/kube';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { authorise } from '../access/authorise.ts';
import { type ClassifiedRequest, classify } from '../access/classify.ts';
import type { Admission, ClusterAccess } from '../access/cluster-access.ts';
import { countRequest, enterCluster } from '../access/enter.ts';
import { Refusal, refusal } from '../access/refusal.ts';
import { resolveCluster } from '../access/resolve.ts';
import { reviewBefore } from '../access/review-before.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { ClusterDirectory, DirectoryCluster } from '../clusters/cluster-directory.ts';
import type { ClusterConnector } from '../connector/cluster-connector.ts';
import { logFailure } from '../database/log-failure.ts';
import type { Principal } from '../identity/principal.ts';
import type { Limits } from '../limits/limits.ts';
import type { GatewayMetrics } from '../metrics/metrics.ts';
import { ClusterTrail } from '../passage/cluster-trail.ts';
import { failureOf } from '../passage/failure.ts';
import { readText } from '../passage/read-text.ts';
import { openRecordedStream, type RecordedStream, type StreamRecorder } from '../passage/recorded-stream.ts';
import { requireAllowed } from '../passage/rights.ts';
import type { Revalidation } from '../revalidation/revalidation.ts';
import type { SessionLog, SessionStart } from '../sessions/session-log.ts';
import { statusMessage } from './ending.ts';
import { commandOf, execPath, websocketHandshake } from './exec-request.ts';
import { defaultContainer, isRunning } from './pod.ts';
import { PodReader } from './pod-reader.ts';
import { Terminal, type TerminalEvents } from './terminal.ts';

export interface TerminalServiceOptions {
  directory: Pick<ClusterDirectory, 'find' | 'findOnly'>;
  access: Pick<ClusterAccess, 'admit'>;
  sessions: Pick<SessionLog, 'start' | 'end'>;
  connector: ClusterConnector;
  audit: AuditLog;
  revalidation: Revalidation;
  limits: Limits;
  metrics: GatewayMetrics;
  logger: Logger;
  /** Receives every byte of a terminal. */
  recorder?: StreamRecorder | undefined;
}

export type TerminalRequest = Omit<z.output<typeof OpenTerminal>, 'viewer'>;

/** The person who opens a terminal, and their client as recorded. */
export interface TerminalClient {
  principal: Principal;
  address: string;
  userAgent: string;
}

/** An open terminal whose output does not flow yet. */
export interface OpenedTerminal {
  terminal: Terminal;
  /** The tenant. */
  organizationId: string;
  /** Whether nothing may happen in the cluster that is not recorded first. */
  isFailClosed: boolean;
  /** Starts the output; `events` also report how the terminal ended. Call once. */
  start(events: TerminalEvents): void;
}

interface Place {
  request: TerminalRequest;
  cluster: DirectoryCluster;
  admission: Admission;
  trail: ClusterTrail;
}

const answerTimeoutMs = 15_000;
const maxErrorBytes = 64 * 1024;

/** Opens terminals: an exec to the cluster through the tunnel, as the person. */
export class TerminalService {
  readonly #options: TerminalServiceOptions;
  readonly #pods: PodReader;

  constructor(options: TerminalServiceOptions) {
    this.#options = options;
    this.#pods = new PodReader(options.connector, answerTimeoutMs);
  }

  /**
   * Opens a shell.
   * @throws Refusal with the HTTP status that kubectl would get.
   */
  async open(client: TerminalClient, request: TerminalRequest): Promise<OpenedTerminal> {
    const trail = new ClusterTrail(this.#options.audit, client, 'terminal');
    try {
      return await this.#open(client, request, trail);
    } catch (error) {
      const refused = this.#refusalOf(error);
      trail.refused(refused);
      throw refused;
    }
  }

  #refusalOf(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    logFailure(this.#options.logger, error, 'a terminal could not be opened');
    return refusal(500, 'Postern cannot open a terminal right now. Try again shortly.');
  }

  async #open(client: TerminalClient, request: TerminalRequest, trail: ClusterTrail): Promise<OpenedTerminal> {
    const { principal } = client;
    const { directory, limits } = this.#options;
    trail.know({ principal, named: request });
    await countRequest(limits, principal);
    const cluster = await resolveCluster(principal, request, directory);
    const admission = await this.#admit({ principal, cluster, trail }, request);
    await trail.admitted();
    const leave = enterCluster(limits, principal, cluster);
    try {
      return await this.#openIn(client, { request, cluster, admission, trail }, leave);
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** @param leave ends the count of the terminal as an open stream. */
  async #openIn(client: TerminalClient, place: Place, leave: () => void): Promise<OpenedTerminal> {
    const { request, cluster, admission, trail } = place;
    const { identity, stillHolds } = admission;
    const container = request.container ?? defaultContainer(await this.#pods.read(cluster, identity, request));
    let terminal: Terminal | undefined;
    const handshake = websocketHandshake();
    const path = execPath(request, { container, shell: request.shell });
    const opened = await openRecordedStream(
      {
        principal: client.principal,
        stillHolds,
        cluster,
        head: { kind: 'upgrade', method: 'GET', path, headers: handshake.headers, identity },
        kind: 'terminal',
        interactive: true,
        session: sessionStart(client, place, container),
        review: reviewBefore('GET', classifyExec(request).asked, admission.grant),
        // The page shows the refusal at once, and a terminal that never started need not be recorded.
        recordsRefused: false,
        headTimeoutMs: answerTimeoutMs,
        leave,
        onRevoked: () => terminal?.end({ code: 'revoked', exitCode: null, message: 'Your access has ended.' }),
      },
      this.#options,
    );
    const id = await refuseUnlessSwitched(opened, { handshake, cluster });
    trail.know({ session: id, details: { container } });
    trail.opened();
    terminal = new Terminal({
      id,
      container,
      shell: request.shell,
      stream: opened.stream,
      size: request,
      isPodRunning: () => this.#isStillRunning(place, container),
      onError: (error) => logFailure(this.#options.logger, error, 'the end of a terminal could not be reported'),
    });
    const { organizationId } = cluster;
    const isFailClosed = cluster.auditMode === 'fail-closed';
    return {
      terminal,
      organizationId,
      isFailClosed,
      start: (events) => begin({ opened, terminal, trail }, events),
    };
  }

  /**
   * Whether a person may know of terminals of this pod: exactly if Postern lets them open one. Does not ask the cluster, so that a
   * list needs no cluster to be online.
   * @throws Refusal
   */
  async authorisePlace(principal: Principal, place: TerminalRequest): Promise<Admission> {
    const cluster = await resolveCluster(principal, place, this.#options.directory);
    return await this.#admit({ principal, cluster }, place);
  }

  /**
   * Whether a person may view a terminal of this pod: exactly if they could open it.
   * @throws Refusal
   */
  async authoriseView(principal: Principal, place: TerminalRequest): Promise<Admission> {
    const cluster = await resolveCluster(principal, place, this.#options.directory);
    const admission = await this.#admit({ principal, cluster }, place);
    const review = reviewBefore('GET', classifyExec(place).asked, admission.grant);
    if (review === undefined) return admission;
    try {
      const { identity } = admission;
      await requireAllowed(review, { cluster, head: { identity }, headTimeoutMs: answerTimeoutMs }, this.#options);
    } catch (error) {
      throw failureOf(error, cluster);
    }
    return admission;
  }

  /** Passes: access, and what RBAC cannot distinguish, exactly as for a kubectl exec of this pod. @throws Refusal */
  async #admit(
    { principal, cluster, trail }: { principal: Principal; cluster: DirectoryCluster; trail?: ClusterTrail },
    request: TerminalRequest,
  ): Promise<Admission> {
    const { path, asked } = classifyExec(request);
    const { info, verb } = asked;
    trail?.know({ cluster, asked });
    const admission = await this.#options.access.admit({ principal, cluster, asked: { info, path, verb } });
    trail?.know({ identity: admission.identity });
    authorise(asked, { user: admission.identity.user, level: admission.grant.level });
    return admission;
  }

  async #isStillRunning({ cluster, admission: { identity }, request }: Place, container: string): Promise<boolean> {
    try {
      return isRunning(await this.#pods.read(cluster, identity, request), container);
    } catch (error) {
      // If that is unknown, do not claim that the pod was deleted.
      return !(error instanceof Refusal && error.status.code === 404);
    }
  }
}

/** Classifies the request exactly like a kubectl exec of this pod. */
function classifyExec(request: TerminalRequest): { path: string; asked: ClassifiedRequest } {
  const { target, refused } = parseTarget(execPath(request, { container: '', shell: request.shell }));
  if (target === undefined) throw refusal(404, `No such pod: ${refused}.`);
  return { path: target.path, asked: classify('GET', target) };
}

function sessionStart(client: TerminalClient, { cluster, request }: Place, container: string): SessionStart {
  return {
    organizationId: cluster.organizationId,
    clusterId: cluster.id,
    userId: client.principal.userId,
    kind: 'terminal',
    namespace: request.namespace,
    pod: request.pod,
    container,
    command: [...commandOf(request.shell)],
    clientAddress: client.address,
    userAgent: client.userAgent,
  };
}

/**
 * @returns the id of the recorded session.
 * @throws Refusal unless the cluster responded with a valid 101; the stream has then ended.
 */
async function refuseUnlessSwitched(
  opened: RecordedStream,
  { handshake, cluster }: { handshake: ReturnType<typeof websocketHandshake>; cluster: DirectoryCluster },
): Promise<string> {
  const { answer, stream, sessionId } = opened;
  try {
    if (answer.status !== 101 || sessionId === undefined) {
      const body = await readText(stream, { limit: maxErrorBytes, timeoutMs: answerTimeoutMs });
      throw refusal(answer.status, statusMessage(body));
    }
    const wrong = handshake.check(answer);
    if (wrong !== undefined) throw refusal(502, `The terminal could not be opened: ${wrong}.`);
    return sessionId;
  } catch (error) {
    stream.destroy();
    opened.end();
    throw failureOf(error, cluster);
  }
}

function begin(
  { opened, terminal, trail }: { opened: RecordedStream; terminal: Terminal; trail: ClusterTrail },
  events: TerminalEvents,
): void {
  terminal.start({
    onOutput: events.onOutput,
    onEnded: (ending, bytes) => {
      opened.end({ reason: ending.message, bytesUp: bytes.up, bytesDown: bytes.down });
      trail.ended({ status: 101, reason: ending.message, bytesUp: bytes.up, bytesDown: bytes.down });
      events.onEnded(ending, bytes);
    },
  });
}
