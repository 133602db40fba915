import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type MuxOptions, MuxSession } from '@postern/mux';
import { subprotocol, WebSocketTransport, webSocketClientOptions, webSocketServerOptions } from '@postern/tunnel';
import { WebSocket, WebSocketServer } from 'ws';
import { type MemoryOptions, type MemoryTransport, memoryPair } from './memory-transport.ts';

export interface SessionPair {
  gateway: MuxSession;
  agent: MuxSession;
  /** In memory only: what each side sends through. */
  transports?: { gateway: MemoryTransport; agent: MemoryTransport };
  /** Closes both and resolves when nothing is left of them. */
  close(): Promise<void>;
}

export interface SessionPairOptions {
  gateway?: Partial<MuxOptions>;
  agent?: Partial<MuxOptions>;
}

/** Two sessions that talk in memory. */
export async function memorySessionPair(options: SessionPairOptions & MemoryOptions = {}): Promise<SessionPair> {
  const transports = memoryPair(options);
  const gateway = new MuxSession(transports.gateway, { ...options.gateway, role: 'gateway' });
  const agent = new MuxSession(transports.agent, { ...options.agent, role: 'agent' });
  return {
    gateway,
    agent,
    transports,
    close: async () => {
      const ended = Promise.all([closing(gateway), closing(agent)]);
      gateway.close(1000, 'test over');
      if (!agent.closed && transports.gateway.isMuted) agent.close(1000, 'test over');
      await ended;
    },
  };
}

/** Two sessions over a WebSocket on loopback. */
export async function webSocketSessionPair(options: SessionPairOptions = {}): Promise<SessionPair> {
  const sockets = await webSocketPair();
  const gateway = new MuxSession(new WebSocketTransport(sockets.server), { ...options.gateway, role: 'gateway' });
  const agent = new MuxSession(new WebSocketTransport(sockets.client), { ...options.agent, role: 'agent' });
  return {
    gateway,
    agent,
    close: async () => {
      gateway.close(1000, 'test over');
      await sockets.close();
    },
  };
}

export interface WebSocketPair {
  client: WebSocket;
  server: WebSocket;
  close(): Promise<void>;
}

/** A WebSocket on loopback with the tunnel's options, both ends open. */
export async function webSocketPair(): Promise<WebSocketPair> {
  const http = createServer();
  const wss = new WebSocketServer({ server: http, ...webSocketServerOptions });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}/tunnel`, [subprotocol], webSocketClientOptions);
  const opened = once(client, 'open');
  const [server] = (await once(wss, 'connection')) as [WebSocket];
  await opened;
  return {
    client,
    server,
    close: async () => {
      const ended = Promise.all([closed(client), closed(server)]);
      client.close();
      server.close();
      await ended;
      wss.close();
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

async function closed(ws: WebSocket): Promise<void> {
  if (ws.readyState !== ws.CLOSED) await once(ws, 'close');
}

async function closing(session: MuxSession): Promise<void> {
  if (!session.closed) await once(session, 'close');
}
