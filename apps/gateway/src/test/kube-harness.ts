import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { type ConnectionOptions, type TLSSocket, connect as tlsConnect } from 'node:tls';
import { testCertificate, until } from '@postern/testkit';
import {
  generateAgentKey,
  type IncomingRequest,
  type RequestHead,
  type Tunnel,
  TunnelDialer,
  webSocketClientOptions,
} from '@postern/tunnel';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { ClusterAccess } from '../access/cluster-access.ts';
import { createEdge } from '../edge/edge.ts';
import { createHandlers, type HandlersOptions } from '../handlers.ts';
import type { Principal } from '../identity/principal.ts';
import { Limits } from '../limits/limits.ts';
import { defaultLimits } from '../limits/settings.ts';
import { GatewayMetrics } from '../metrics/metrics.ts';
import { TunnelConnector } from '../tunnels/tunnel-connector.ts';
import { TunnelRegistry } from '../tunnels/tunnel-registry.ts';
import {
  FakeAuditLog,
  FakeAuthenticator,
  FakeBindings,
  FakeDirectory,
  FakeSessionLog,
  FakeSessionViewers,
} from './fakes.ts';
import { type HopConnector, startHop } from './hop-connector.ts';

type HttpHead = Extract<RequestHead, { kind: 'http' | 'upgrade' }>;
/** A request as it arrives at the cluster's end of the tunnel. */
export type ClusterRequest = IncomingRequest & { head: HttpHead };

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/**
 * A gateway on loopback with the real edge (TLS, both HTTP versions), the real tunnel endpoint, and a real dialer in place of
 * the agent. Requests that reach the cluster are recorded in `seen` and answered by `onRequest`.
 */
export interface KubeHarness {
  port: number;
  origin: string;
  cert: string;
  authenticator: FakeAuthenticator;
  directory: FakeDirectory;
  bindings: FakeBindings;
  sessions: FakeSessionLog;
  viewers: FakeSessionViewers;
  audit: FakeAuditLog;
  registry: TunnelRegistry;
  metrics: GatewayMetrics;
  /** With the option `hop`, requests go through this, as if another gateway had the tunnels. */
  hop: HopConnector | undefined;
  dialer: TunnelDialer;
  /** Heads of the requests that reached the cluster. */
  seen: HttpHead[];
  onRequest: (request: ClusterRequest) => void;
  /** Adds a principal with a bearer token (or the cookie `session=<token>`), a member of organization `acme`. */
  signIn(token: string, kind?: Principal['credential']['kind'], organizationId?: string): Principal;
  /** Another dialer for the same agent, or for the given one. */
  newDialer(options?: { slot?: number; agentId?: string; clusterId?: string; privateKeyPem?: string }): TunnelDialer;
  /** A request over HTTP/1.1 with the token `ada`. */
  fetch(path: string, options?: RequestOptions & { body?: string }): Promise<Answer>;
  /** A raw TLS connection for HTTP/1.1. */
  connect(): Promise<TLSSocket>;
  close(): Promise<void>;
}

export const clusterId = '0190aaaa-0000-7000-8000-000000000001';
export const acme = '0190bbbb-0000-7000-8000-000000000001';
export const kubePath = '/k8s/acme/prod';

export async function startKubeHarness({
  hop,
  ...options
}: Partial<HandlersOptions> & { connectAgent?: boolean; hop?: boolean } = {}): Promise<KubeHarness> {
  const { cert, key } = await testCertificate();
  const authenticator = new FakeAuthenticator();
  const directory = new FakeDirectory();
  const bindings = new FakeBindings();
  const sessions = new FakeSessionLog();
  const viewers = new FakeSessionViewers();
  const audit = new FakeAuditLog();
  const registry = new TunnelRegistry();
  const limits = new Limits(defaultLimits);
  const metrics = new GatewayMetrics({ processMetrics: false });
  const logger = pino({ level: 'silent' });
  // The port is not known yet, but agents sign this name and browsers send it as Origin, so any name will do.
  const publicUrl = new URL('https://localhost:1');
  const agentKeys = generateAgentKey();
  directory.clusters.push({
    id: clusterId,
    organizationId: acme,
    slug: 'acme',
    name: 'prod',
    offlineSince: null,
    everConnected: true,
  });
  directory.agents.set('agent-1', { clusterId, publicKeyPem: agentKeys.publicKeyPem, organizationId: acme });

  const connector = hop === true ? await startHop(new TunnelConnector(registry)) : undefined;
  const handlers = createHandlers({
    authenticator,
    directory,
    access: new ClusterAccess({ bindings, publicOrigin: publicUrl.origin }),
    agents: directory,
    clusters: directory,
    changes: directory.changes,
    sessions,
    viewers,
    audit,
    terminals: { graceMs: 600_000, most: 400 },
    registry,
    limits,
    metrics,
    logger,
    publicUrl,
    dashboardUrl: undefined,
    revalidateMs: 50,
    ...(connector === undefined ? {} : { connector }),
    ...options,
  });
  const edge = createEdge({
    tls: { cert, key },
    publicOrigin: publicUrl.origin,
    metrics,
    limits,
    logger,
    handlers: {
      ...handlers.byOwner,
      api: (_request, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('api'),
    },
  });
  const { port } = await edge.listen(0, '127.0.0.1');
  const dialers: TunnelDialer[] = [];
  const httpsAgent = new Agent({ keepAlive: false, ca: cert });
  const sockets = new Set<TLSSocket>();

  const harness: KubeHarness = {
    port,
    origin: publicUrl.origin,
    cert,
    authenticator,
    directory,
    bindings,
    sessions,
    viewers,
    audit,
    registry,
    metrics,
    hop: connector,
    dialer: undefined as never,
    seen: [],
    onRequest: ({ respond, stream }) => {
      respond({ status: 200, headers: [['content-type', 'application/json']] });
      stream.resume();
      stream.end('{"kind":"PodList"}');
    },
    signIn: (token, kind = 'api', organizationId = acme) => {
      const principal: Principal = {
        userId: `user-${token}`,
        username: `${token}@example.com`,
        credential: {
          kind,
          id: `credential-${token}`,
          clusterId: null,
          expiresAt: new Date(Date.now() + 3_600_000),
          scopes: null,
        },
        memberships: [{ organizationId, slug: organizationId === acme ? 'acme' : 'other', role: 'member' }],
      };
      authenticator.principals.set(token, principal);
      return principal;
    },
    newDialer: ({ slot = 0, agentId = 'agent-1', clusterId: cluster = clusterId, privateKeyPem } = {}) => {
      const dialer = new TunnelDialer({
        urls: [`wss://127.0.0.1:${port}/tunnel`],
        agentId,
        clusterId: cluster,
        instance: 'pod-1',
        slot,
        version: '0.1.0',
        privateKey: createPrivateKey(privateKeyPem ?? agentKeys.privateKeyPem),
        createWebSocket: (url, protocols) => new WebSocket(url, protocols, { ...webSocketClientOptions, ca: cert }),
      });
      dialer.on('connected', (tunnel: Tunnel) => {
        tunnel.on('request', (request) => {
          if (request.head.kind !== 'http' && request.head.kind !== 'upgrade') return;
          harness.seen.push(request.head);
          harness.onRequest(request as ClusterRequest);
        });
      });
      dialers.push(dialer);
      return dialer;
    },
    fetch: (path, { body, headers, ...rest } = {}) =>
      new Promise((resolve, reject) => {
        const request = httpsRequest(
          {
            host: '127.0.0.1',
            port,
            path,
            agent: httpsAgent,
            headers: headers ?? { authorization: 'Bearer ada' },
            ...rest,
          },
          (response) => {
            let text = '';
            response.setEncoding('utf8');
            response.on('data', (part: string) => {
              text += part;
            });
            response.on('error', reject);
            response.on('end', () =>
              resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
            );
          },
        );
        request.on('error', reject);
        request.end(body);
      }),
    connect: async () => {
      const options: ConnectionOptions & { allowHalfOpen: boolean } = {
        host: '127.0.0.1',
        port,
        ca: cert,
        ALPNProtocols: ['http/1.1'],
        allowHalfOpen: true,
      };
      const socket = tlsConnect(options);
      sockets.add(socket);
      socket.on('error', () => {});
      await once(socket, 'secureConnect');
      return socket;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(dialers.map((dialer) => dialer.stop()));
      httpsAgent.destroy();
      await connector?.close();
      handlers.close();
      await edge.close(0);
    },
  };
  harness.signIn('ada');
  harness.dialer = harness.newDialer();
  if (options.connectAgent !== false) {
    const connected = once(harness.dialer, 'connected');
    harness.dialer.start();
    await connected;
    await until(() => registry.isOnline(clusterId));
  }
  return harness;
}

/** Reads all bytes of a socket until it ends. */
export async function readAll(socket: TLSSocket): Promise<string> {
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  if (!socket.readableEnded && !socket.destroyed) {
    await Promise.race([once(socket, 'end'), once(socket, 'close')]);
  }
  return Buffer.concat(parts).toString('latin1');
}
