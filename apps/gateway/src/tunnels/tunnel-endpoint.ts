import { createPublicKey } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  acceptTunnel,
  closeCodes,
  HandshakeError,
  type Hello,
  type IncomingRequest,
  subprotocol,
  type Tunnel,
  webSocketServerOptions,
} from '@postern/tunnel';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { byAgent } from '../audit/actor.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { AuditFacts } from '../audit/event.ts';
import { logFailure } from '../database/log-failure.ts';
import { refuseSocket } from '../edge/plain-response.ts';
import { countedAddressOf, remoteAddressOf } from '../edge/remote-address.ts';
import type { Limits } from '../limits/limits.ts';
import type { GatewayMetrics } from '../metrics/metrics.ts';
import type { AgentDirectory } from './agent-directory.ts';
import { AgentLimits } from './agent-limits.ts';
import { AgentRefusals } from './agent-refusals.ts';
import { PendingHandshakes } from './pending-handshakes.ts';
import type { TunnelRegistry } from './tunnel-registry.ts';

export interface TunnelEndpointOptions {
  directory: AgentDirectory;
  registry: TunnelRegistry;
  audit: AuditLog;
  limits: Limits;
  metrics: GatewayMetrics;
  logger: Logger;
  /** Part of the bytes that agents sign: the host and port of the public URL. */
  gatewayName: string;
  handshakeTimeoutMs?: number;
  /** Limits on sockets whose agent is not yet known, in total and per address. */
  waiting?: { total: number; perAddress: number };
}

/** An agent reports once a minute; more simultaneous reports are not from an agent of ours. */
const maxReportsAtOnce = 2;
const measureEveryMs = 30_000;

type Refused = { decision: 'refused'; reason: string };

/** `/tunnel`: accepts the WebSockets of agents, authenticates them and keeps their tunnels in the registry. */
export class TunnelEndpoint {
  readonly #options: TunnelEndpointOptions;
  readonly #pending: PendingHandshakes;
  readonly #limits: AgentLimits;
  readonly #server = new WebSocketServer({
    ...webSocketServerOptions,
    noServer: true,
    clientTracking: false,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });
  readonly #refusals: AgentRefusals;
  readonly #measuring: NodeJS.Timeout;
  #isDraining = false;

  constructor(options: TunnelEndpointOptions) {
    this.#options = options;
    this.#limits = new AgentLimits(options.limits);
    this.#refusals = new AgentRefusals(options);
    this.#measuring = setInterval(() => this.#measure(), measureEveryMs);
    this.#measuring.unref();
    this.#pending = new PendingHandshakes(options.waiting ?? { total: 2_000, perAddress: 200 });
  }

  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
    // Agents send no Origin, so this is a page in a browser.
    if (request.headers.origin !== undefined) refuseSocket(socket, 403);
    else if (request.method !== 'GET' || request.headers.upgrade?.toLowerCase() !== 'websocket')
      refuseSocket(socket, 400);
    else if (!offered.includes(subprotocol)) refuseSocket(socket, 400);
    else if (this.#isDraining) refuseSocket(socket, 503);
    else {
      const leave = this.#pending.enter(countedAddressOf(request));
      if (leave === undefined) {
        refuseSocket(socket, 429);
        return;
      }
      socket.once('close', leave);
      this.#server.handleUpgrade(request, socket, head, (ws) => {
        void this.#accept(ws, remoteAddressOf(request)).finally(leave);
      });
    }
  };

  /** Accepts no new agents and tells the connected ones to connect elsewhere. */
  async drain(options: { timeoutMs: number; retryAfterMs: number }): Promise<void> {
    this.#isDraining = true;
    await this.#options.registry.drain(options);
  }

  close(): void {
    clearInterval(this.#measuring);
  }

  /** Agents send PINGs for keepalive, but only a PING of ours measures the round trip. */
  #measure(): void {
    for (const { tunnel } of this.#options.registry.all()) this.#ping(tunnel);
  }

  #ping(tunnel: Tunnel): void {
    tunnel.session.ping().then(
      (ms) => this.#options.metrics.roundTrip(ms),
      // The tunnel has closed meanwhile.
      () => {},
    );
  }

  async #accept(ws: WebSocket, address: string): Promise<void> {
    const { directory, logger, gatewayName, handshakeTimeoutMs } = this.#options;
    let organizationId = '';
    let claimed: Hello | undefined;
    try {
      const { tunnel, hello } = await acceptTunnel(ws, {
        gatewayName,
        ...(handshakeTimeoutMs === undefined ? {} : { handshakeTimeoutMs }),
        verifyAgent: async (hello) => {
          const { agentId, clusterId } = hello;
          claimed = hello;
          const known = await directory.agentKey(agentId, clusterId);
          if (known === null) return { refuse: 'revoked', reason: 'this agent is not, or no longer, enrolled here' };
          organizationId = known.organizationId;
          return { publicKey: createPublicKey(known.publicKeyPem) };
        },
        admit: async () => ({ epoch: await directory.nextEpoch() }),
      });
      await this.#register(tunnel, { hello, organizationId, address });
    } catch (error) {
      const isRefusal = error instanceof HandshakeError && error.cause === undefined;
      if (isRefusal) {
        logger.info({ reason: error.message }, 'an agent was not admitted');
        if (claimed !== undefined) await this.#refusals.note(error, { hello: claimed, address });
      } else logFailure(logger, (error as Error).cause ?? error, 'an agent could not be admitted');
    }
  }

  async #register(tunnel: Tunnel, who: { hello: Hello; organizationId: string; address: string }): Promise<void> {
    const { registry, metrics, directory, logger } = this.#options;
    const { hello, organizationId } = who;
    const { agentId, clusterId, instance, slot, version } = hello;
    const openedAt = performance.now();
    const { epoch } = tunnel;
    const context = { clusterId, agentId, instance, slot, epoch: String(epoch) };
    const record = this.#recorder(who);
    if (!this.#limits.mayConnect(agentId)) {
      this.#refuse(tunnel, {
        context,
        record,
        reason: 'this agent connects too often: it will be let in again in a minute',
      });
      return;
    }
    let leave: (() => void) | undefined;
    // The connection that this one replaces ends its count first.
    if (!registry.add({ organizationId, clusterId, agentId, instance, slot, tunnel, onReplaced: () => leave?.() }))
      return;
    const place = this.#limits.enter({ agentId, organizationId });
    if (typeof place === 'string') {
      this.#refuse(tunnel, { context, record, reason: place });
      return;
    }
    leave = place;
    metrics.tunnelOpened();
    let reports = 0;
    tunnel.on('request', (request) => {
      if (reports >= maxReportsAtOnce || !this.#limits.mayReport(agentId)) {
        request.reject('limit', 'too many reports: the next in a minute is soon enough');
        return;
      }
      reports++;
      void this.#report(request, { clusterId, organizationId, agentId }).finally(() => reports--);
    });
    const connected = directory
      .agentConnected({ agentId, clusterId, organizationId, epoch, version, instance })
      .catch((error: unknown) => logFailure(logger, error, 'cannot note that an agent connected', context));
    const gone = ({ code, reason }: { code: number; reason: string }): void => {
      place();
      metrics.tunnelClosed(performance.now() - openedAt);
      logger.info({ ...context, code, reason }, 'an agent disconnected');
      const durationMs = Math.round(performance.now() - openedAt);
      record({ phase: 'end', decision: 'allowed', reason: `${code} ${reason}`, durationMs });
      // In this order, however short the connection was; the epoch keeps an old end from undoing a newer start.
      connected
        .then(() => directory.agentDisconnected({ agentId, clusterId, organizationId, epoch }))
        .catch((error: unknown) => logFailure(logger, error, 'cannot note that an agent disconnected', context));
    };
    record({ phase: 'start', decision: 'allowed' });
    tunnel.once('close', gone);
    if (tunnel.closed) {
      tunnel.off('close', gone);
      gone({ code: closeCodes.bye, reason: 'closed at once' });
    }
    logger.info({ ...context, version }, 'an agent connected');
    this.#ping(tunnel);
    await this.#dropRevoked(clusterId, agentId);
  }

  /** Records what an agent does in its organization's trail. */
  #recorder({ hello, organizationId, address }: { hello: Hello; organizationId: string; address: string }) {
    const { agentId, clusterId, instance, slot, version } = hello;
    return (outcome: Pick<AuditFacts, 'decision'> & Partial<AuditFacts>): void =>
      this.#options.audit.record(organizationId, {
        ...byAgent(agentId),
        action: 'agent.connect',
        cluster: { id: clusterId, name: '' },
        address,
        details: { instance, slot, version },
        ...outcome,
      });
  }

  #refuse(
    tunnel: Tunnel,
    { context, record, reason }: { context: object; record: (outcome: Refused) => void; reason: string },
  ): void {
    this.#options.logger.info({ ...context, reason }, 'a tunnel was refused');
    record({ decision: 'refused', reason });
    tunnel.close(closeCodes.limit, reason);
  }

  /** If a cluster was enrolled again it has a new agent, and the connections of the previous one are closed. */
  async #dropRevoked(clusterId: string, agentId: string): Promise<void> {
    const { registry, directory } = this.#options;
    for (const other of registry.of(clusterId)) {
      if (other.agentId === agentId) continue;
      const known = await directory.agentKey(other.agentId, clusterId);
      if (known === null) other.tunnel.close(closeCodes.revoked, 'this agent is no longer enrolled');
    }
  }

  async #report(
    request: IncomingRequest,
    from: { clusterId: string; organizationId: string; agentId: string },
  ): Promise<void> {
    const { head } = request;
    if (head.kind !== 'report') {
      request.reject('refused', 'an agent may only report');
      return;
    }
    // A report consists of its head only.
    request.stream.once('data', () => request.reject('refused', 'a report has no body'));
    try {
      await this.#options.directory.agentReported({ ...from, report: head.report });
      request.respond({ status: 204, headers: [] }, { end: true });
    } catch (error) {
      logFailure(this.#options.logger, error, "cannot keep an agent's report", { clusterId: from.clusterId });
      request.reject('internal', 'the report could not be kept');
    }
  }
}
