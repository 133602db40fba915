import { createPrivateKey, createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MuxOptions } from '@postern/mux';
import { type MemoryOptions, memorySessionPair, type SessionPair } from '@postern/mux/test';
import { WebSocketServer } from 'ws';
import { type AcceptOptions, acceptTunnel } from '../accept-tunnel.ts';
import type { Clock } from '../clock.ts';
import { type DialerOptions, TunnelDialer } from '../dialer.ts';
import type { HandshakeError } from '../handshake-socket.ts';
import type { Intervals } from '../keepalive.ts';
import { generateAgentKey, subprotocol } from '../proof.ts';
import { Tunnel } from '../tunnel.ts';
import { webSocketServerOptions } from '../websocket-transport.ts';

export interface TunnelPair {
  gateway: Tunnel;
  agent: Tunnel;
  /** The transport of each side; in memory only. */
  transports?: SessionPair['transports'];
  close(): Promise<void>;
}

export interface TunnelPairOptions {
  clusterId?: string;
  gateway?: Partial<MuxOptions>;
  agent?: Partial<MuxOptions>;
  clock?: Clock;
  intervals?: Intervals;
}

export const testCluster = 'cluster-1';

/** Two tunnel ends in memory, without a handshake. */
export async function memoryTunnelPair(options: TunnelPairOptions & MemoryOptions = {}): Promise<TunnelPair> {
  const now = options.clock === undefined ? {} : { now: () => options.clock?.now() ?? 0 };
  const sessions = await memorySessionPair({
    ...options,
    gateway: { ...now, ...options.gateway },
    agent: { ...now, ...options.agent },
  });
  const shared = {
    sessionId: 'AAAAAAAAAAAAAAAAAAAAAA',
    epoch: 1n,
    clusterId: options.clusterId ?? testCluster,
    clock: options.clock,
    intervals: options.intervals,
  };
  return {
    gateway: new Tunnel(sessions.gateway, { ...shared, role: 'gateway' }),
    agent: new Tunnel(sessions.agent, { ...shared, role: 'agent' }),
    transports: sessions.transports,
    close: sessions.close,
  };
}

/** A gateway's tunnel endpoint on loopback, for one agent. */
export interface TestGateway {
  url: string;
  /** The options for tunnels accepted from now on. */
  accept: AcceptOptions;
  /** Tunnels accepted so far. */
  tunnels: Tunnel[];
  /** Handshakes that failed so far. */
  failures: HandshakeError[];
  /** Resolves with the next tunnel accepted. */
  nextTunnel(): Promise<Tunnel>;
  close(): Promise<void>;
}

/** An agent's identity with a new key, and gateway options that accept it. */
export function testIdentity(): { agent: Omit<DialerOptions, 'urls'>; accept: AcceptOptions } {
  const { publicKeyPem, privateKeyPem } = generateAgentKey();
  let epoch = 0n;
  return {
    agent: {
      agentId: 'agent-1',
      clusterId: testCluster,
      instance: 'pod-1',
      version: '0.1.0',
      privateKey: createPrivateKey(privateKeyPem),
    },
    accept: {
      gatewayName: 'gateway.test',
      verifyAgent: async (hello) =>
        hello.agentId === 'agent-1' && hello.clusterId === testCluster
          ? { publicKey: createPublicKey(publicKeyPem) }
          : { refuse: 'proof', reason: 'unknown agent' },
      admit: async () => {
        epoch++;
        return { epoch };
      },
    },
  };
}

/** Listens on a free port of loopback. */
export async function listenForTunnels(accept: AcceptOptions): Promise<TestGateway> {
  const http = createServer();
  const wss = new WebSocketServer({
    server: http,
    ...webSocketServerOptions,
    handleProtocols: (protocols) => (protocols.has(subprotocol) ? subprotocol : false),
  });
  const waiting: ((tunnel: Tunnel) => void)[] = [];
  const gateway: TestGateway = {
    url: '',
    accept,
    tunnels: [],
    failures: [],
    nextTunnel: () => new Promise((resolve) => waiting.push(resolve)),
    close: async () => {
      for (const ws of wss.clients) ws.terminate();
      wss.close();
      await closeServer(http);
    },
  };
  wss.on('connection', (ws) => {
    acceptTunnel(ws, gateway.accept).then(
      ({ tunnel }) => {
        gateway.tunnels.push(tunnel);
        waiting.shift()?.(tunnel);
      },
      (error: HandshakeError) => gateway.failures.push(error),
    );
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  gateway.url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/tunnel`;
  return gateway;
}

/** Two tunnel ends over a real WebSocket, made by the real handshake and dialer. */
export async function webSocketTunnelPair(options: TunnelPairOptions = {}): Promise<TunnelPair> {
  const { agent, accept } = testIdentity();
  const gateway = await listenForTunnels({ ...accept, mux: options.gateway ?? {} });
  const dialer = new TunnelDialer({ ...agent, mux: options.agent ?? {}, urls: [gateway.url] });
  const accepted = gateway.nextTunnel();
  const connected = once(dialer, 'connected') as Promise<[Tunnel]>;
  dialer.start();
  const [[agentTunnel], gatewayTunnel] = await Promise.all([connected, accepted]);
  return {
    gateway: gatewayTunnel,
    agent: agentTunnel,
    close: async () => {
      await dialer.stop();
      await gateway.close();
    },
  };
}

async function closeServer(http: Server): Promise<void> {
  http.closeAllConnections();
  await new Promise<void>((resolve) => http.close(() => resolve()));
}
