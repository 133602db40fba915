import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MuxSession } from '@postern/mux';
import type { SessionPair, SessionPairOptions } from '@postern/mux/test';
import { WebSocket, WebSocketServer } from 'ws';
import { subprotocol } from '../proof.ts';
import { WebSocketTransport, webSocketClientOptions, webSocketServerOptions } from '../websocket-transport.ts';

/** Two sessions over a WebSocket on loopback. */
export async function webSocketSessionPair(options: SessionPairOptions = {}): Promise<SessionPair> {
  const sockets = await webSocketPair();
  const gateway = new MuxSession(new WebSocketTransport(sockets.server, 'gateway'), {
    ...options.gateway,
    role: 'gateway',
  });
  const agent = new MuxSession(new WebSocketTransport(sockets.client, 'agent'), { ...options.agent, role: 'agent' });
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
