import { randomUUID } from 'node:crypto';
import type { OpenTerminal } from '@postern/contracts';
import { type ImpersonatedIdentity, impersonate, parseTarget } from '@postern/kube';
import { type MuxStream, StreamResetError } from '@postern/mux';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { ClusterDirectory, DirectoryCluster } from '../clusters/cluster-directory.ts';
import type { Principal } from '../identity/principal.ts';
import { authorise } from '../kube/authorise.ts';
import { classify } from '../kube/classify.ts';
import { countRequest, enterCluster } from '../kube/enter.ts';
import { failureOf, openRequest, type TunnelSource } from '../kube/open-request.ts';
import { Refusal } from '../kube/refusal.ts';
import { resolveCluster } from '../kube/resolve.ts';
import type { Revalidation } from '../kube/revalidation.ts';
import type { Limits } from '../limits/limits.ts';
import type { GatewayMetrics } from '../metrics/metrics.ts';
import type { SessionLog } from '../sessions/session-log.ts';
import { type Ending, endingOfStatus, failed, statusMessage } from './ending.ts';
import { commandOf, execPath, podPath, websocketHandshake } from './exec-request.ts';
import { defaultContainer, isRunning, type PodView, readPod } from './pod.ts';
import { Terminal, type TerminalEvents } from './terminal.ts';

export interface TerminalServiceOptions {
  directory: Pick<ClusterDirectory, 'find' | 'findOnly'>;
  sessions: Pick<SessionLog, 'start' | 'end'>;
  tunnels: TunnelSource;
  revalidation: Revalidation;
  limits: Limits;
  metrics: GatewayMetrics;
  logger: Logger;
}

export type TerminalRequest = z.output<typeof OpenTerminal>;

/** Whose terminal it is, and what the record of it says about where they sit. */
export interface TerminalClient {
  principal: Principal;
  address: string;
  userAgent: string;
}

/** The terminal was not opened; `ending` says why as an ending would. */
export class TerminalRefused extends Error {
  override readonly name = 'TerminalRefused';
  readonly ending: Ending;

  constructor(ending: Ending) {
    super(ending.message);
    this.ending = ending;
  }
}

interface Place {
  request: TerminalRequest;
  cluster: DirectoryCluster;
  identity: ImpersonatedIdentity;
}

const answerTimeoutMs = 15_000;
const maxPodBytes = 2 * 1024 * 1024;
const maxErrorBytes = 64 * 1024;

/** Opens terminals: an exec towards the cluster through the tunnel, as the person and no one else. */
export class TerminalService {
  readonly #options: TerminalServiceOptions;

  constructor(options: TerminalServiceOptions) {
    this.#options = options;
  }

  /**
   * Opens a shell. Nothing flows until `start` is called with the listener.
   * @throws TerminalRefused
   */
  async open(
    client: TerminalClient,
    request: TerminalRequest,
  ): Promise<{ terminal: Terminal; start(events: TerminalEvents): void }> {
    try {
      return await this.#open(client, request);
    } catch (error) {
      if (error instanceof TerminalRefused) throw error;
      if (error instanceof Refusal) throw new TerminalRefused(endingOfStatus(error.status.code, error.status.message));
      this.#options.logger.error({ error }, 'a terminal could not be opened');
      throw new TerminalRefused(failed('Postern cannot open a terminal right now. Try again shortly.'));
    }
  }

  async #open(
    client: TerminalClient,
    request: TerminalRequest,
  ): Promise<{ terminal: Terminal; start(events: TerminalEvents): void }> {
    const { principal } = client;
    const { directory, limits } = this.#options;
    await countRequest(limits, principal);
    const cluster = await resolveCluster(principal, request, directory);
    const identity = impersonate(principal.email, cluster.level);
    const place: Place = { request, cluster, identity };
    authorise(this.#askedFor(place), { user: identity.user, level: cluster.level });
    const leave = enterCluster(limits, principal, cluster);
    try {
      return await this.#openIn(client, place, leave);
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** @param leave gives the terminal's place among the open streams back. */
  async #openIn(
    client: TerminalClient,
    place: Place,
    leave: () => void,
  ): Promise<{ terminal: Terminal; start(events: TerminalEvents): void }> {
    const { principal } = client;
    const { request } = place;
    const container = request.container ?? defaultContainer(await this.#pod(place));

    const stream = await this.#exec(place, container);
    if (stream.closed) leave();
    else stream.once('close', leave);
    const recorded = await this.#record(client, { place, container }).catch((error: unknown) => {
      stream.destroy();
      throw error;
    });
    const terminal = new Terminal({
      id: randomUUID(),
      container,
      shell: request.shell,
      stream,
      size: request,
      isPodRunning: () => this.#isStillRunning(place, container),
      onError: (error) => this.#options.logger.error({ error }, 'the end of a terminal could not be told'),
    });
    const meter = this.#options.metrics.streamOpened('terminal');
    const unwatch = this.#options.revalidation.watch(principal, () =>
      terminal.end({ code: 'revoked', exitCode: null, message: 'Your access has ended. Sign in again.' }),
    );
    const start = (events: TerminalEvents): void =>
      terminal.start({
        onOutput: events.onOutput,
        onEnded: (ending, bytes) => {
          unwatch();
          const { errored } = stream;
          const code = errored instanceof StreamResetError ? errored.code : 'ok';
          meter.end({ code, bytesUp: bytes.up, bytesDown: bytes.down });
          this.#endRecord(recorded, { ending, bytes });
          events.onEnded(ending, bytes);
        },
      });
    return { terminal, start };
  }

  /** The same classification that a kubectl exec of this pod goes through. */
  #askedFor({ request }: Place): ReturnType<typeof classify> {
    const { target, refused } = parseTarget(execPath(request, { container: '', shell: request.shell }));
    if (target === undefined)
      throw new TerminalRefused({ code: 'not-found', exitCode: null, message: `No such pod: ${refused}.` });
    return classify('GET', target);
  }

  async #pod(place: Place): Promise<PodView> {
    const { status, body } = await this.#get(place, podPath(place.request));
    if (status !== 200) throw new TerminalRefused(endingOfStatus(status, statusMessage(body)));
    const pod = readPod(body);
    if (pod === null) throw new TerminalRefused(failed('The cluster gave an answer that is no pod.'));
    return pod;
  }

  async #isStillRunning(place: Place, container: string): Promise<boolean> {
    try {
      const { status, body } = await this.#get(place, podPath(place.request));
      if (status === 404) return false;
      const pod = status === 200 ? readPod(body) : null;
      return pod === null || isRunning(pod, container);
    } catch {
      // Cannot be told; do not claim that the pod is gone.
      return true;
    }
  }

  async #get({ cluster, identity }: Place, path: string): Promise<{ status: number; body: string }> {
    const headers: [string, string][] = [
      ['accept', 'application/json'],
      ['user-agent', 'postern-terminal'],
    ];
    const outgoing = await openRequest(this.#options.tunnels, cluster, {
      head: { kind: 'http', method: 'GET', path, headers, identity },
      end: true,
    });
    const deadline = deadlineFor(outgoing.stream);
    try {
      const { status } = await outgoing.response;
      return { status, body: await readText(outgoing.stream, maxPodBytes) };
    } catch (error) {
      throw failureOf(error, cluster);
    } finally {
      clearTimeout(deadline);
      outgoing.stream.destroy();
    }
  }

  async #exec(place: Place, container: string): Promise<MuxStream> {
    const { cluster, identity, request } = place;
    const handshake = websocketHandshake();
    const path = execPath(request, { container, shell: request.shell });
    const outgoing = await openRequest(this.#options.tunnels, cluster, {
      head: { kind: 'upgrade', method: 'GET', path, headers: handshake.headers, identity },
      end: false,
      interactive: true,
    });
    const { stream } = outgoing;
    const deadline = deadlineFor(stream);
    try {
      const answer = await outgoing.response;
      if (answer.status !== 101) {
        const message = statusMessage(await readText(stream, maxErrorBytes));
        throw new TerminalRefused(endingOfStatus(answer.status, message));
      }
      const wrong = handshake.check(answer);
      if (wrong !== undefined) throw new TerminalRefused(failed(`The terminal could not be opened: ${wrong}.`));
      return stream;
    } catch (error) {
      stream.destroy();
      throw error instanceof TerminalRefused ? error : failureOf(error, cluster);
    } finally {
      clearTimeout(deadline);
    }
  }

  #record(client: TerminalClient, { place, container }: { place: Place; container: string }): Promise<string> {
    const { cluster, request } = place;
    return this.#options.sessions.start({
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
    });
  }

  #endRecord(id: string, { ending, bytes }: { ending: Ending; bytes: { up: number; down: number } }): void {
    this.#options.sessions
      .end(id, { reason: ending.message, bytesUp: bytes.up, bytesDown: bytes.down })
      .catch((error: unknown) => this.#options.logger.error({ error }, 'the end of a terminal could not be recorded'));
  }
}

function deadlineFor(stream: MuxStream): NodeJS.Timeout {
  return setTimeout(() => stream.reset('timeout', 'the cluster did not answer in time'), answerTimeoutMs);
}

async function readText(stream: MuxStream, limit: number): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    size += part.byteLength;
    if (size > limit) throw new TerminalRefused(failed('The cluster gave an answer that is too large.'));
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
