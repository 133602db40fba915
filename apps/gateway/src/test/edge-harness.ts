import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2, type Settings } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { testCertificate } from '@postern/testkit';
import { pino } from 'pino';
import type { EdgeHandlers } from '../edge/dispatch.ts';
import { createEdge, type Edge } from '../edge/edge.ts';
import type { EdgeLimits } from '../edge/limits.ts';
import type { ProxySettings } from '../edge/trusted-proxies.ts';
import { Limits } from '../limits/limits.ts';
import { defaultLimits, type LimitSettings } from '../limits/settings.ts';
import { GatewayMetrics } from '../metrics/metrics.ts';

export interface EdgeHarnessOptions {
  /** False for plain HTTP/1.1. */
  tls?: boolean;
  edgeLimits?: Partial<EdgeLimits>;
  limits?: Partial<LimitSettings>;
  proxies?: ProxySettings;
  handlers?: Partial<EdgeHandlers>;
}

/** The edge alone, on loopback, with handlers that record which of them was called. */
export interface EdgeHarness {
  edge: Edge;
  port: number;
  cert: string;
  limits: Limits;
  metrics: GatewayMetrics;
  /** Names of the handlers that were called, in order. */
  calls: string[];
  /** Opens a raw connection, over TLS if the edge uses it, and writes `text`. */
  send(text: string): Socket;
  /** Like `send`. @returns everything that the edge sends until it closes the connection. */
  said(text: string): Promise<string>;
  http2(settings?: Settings): ClientHttp2Session;
  stop(): Promise<void>;
}

export async function startEdgeHarness(options: EdgeHarnessOptions = {}): Promise<EdgeHarness> {
  const { cert, key } = await testCertificate();
  const calls: string[] = [];
  const metrics = new GatewayMetrics({ processMetrics: false });
  const limits = new Limits({ ...defaultLimits, ...options.limits });
  const isTls = options.tls !== false;
  const note = (name: string): void => void calls.push(name);
  const edge = createEdge({
    tls: isTls ? { cert, key } : undefined,
    publicOrigin: 'https://localhost:1',
    limits,
    proxies: options.proxies,
    metrics,
    logger: pino({ level: 'silent' }),
    edgeLimits: { sweepMs: 20, ...options.edgeLimits },
    handlers: {
      api: (_request, response) => {
        note('api');
        response.end('api');
      },
      kube: {
        request: (_request, response) => {
          note('kube');
          response.end('kube');
        },
        upgrade: (_request, socket) => {
          note('kube upgrade');
          socket.destroy();
        },
      },
      tunnel: (_request, socket) => {
        note('tunnel');
        socket.destroy();
      },
      live: (_request, socket) => {
        note('live');
        socket.destroy();
      },
      dashboard: (_request, response) => {
        note('dashboard');
        response.end('dashboard');
      },
      ...options.handlers,
    },
  });
  const { port } = await edge.listen(0, '127.0.0.1');
  const opened = new Set<{ destroy(): void }>();
  const send = (text: string): Socket => {
    const socket = isTls
      ? connectTls({ host: '127.0.0.1', port, ca: cert, servername: 'localhost', ALPNProtocols: ['http/1.1'] })
      : connectTcp(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(text);
    opened.add(socket);
    return socket;
  };
  return {
    edge,
    port,
    cert,
    limits,
    metrics,
    calls,
    send,
    said: async (text) => {
      const socket = send(text);
      let answer = '';
      socket.setEncoding('latin1').on('data', (part) => {
        answer += part;
      });
      await once(socket, 'close');
      return answer;
    },
    http2: (settings = {}) => {
      const session = connectHttp2(`https://localhost:${port}`, { ca: cert, settings });
      session.on('error', () => {});
      opened.add(session);
      return session;
    },
    stop: async () => {
      for (const one of opened) one.destroy();
      await edge.close(0);
    },
  };
}
