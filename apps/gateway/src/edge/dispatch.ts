import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { isHttp2Response } from '../core/http-version.ts';
import { refuseSocket, respondPlain } from './plain-response.ts';
import { type Owner, ownerOfRequest } from './routes.ts';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface EdgeHandlers {
  /** Nest: `/api/`, `/healthz`, `/readyz`, `/install.yaml`. */
  api: RequestHandler;
  /** `/k8s/`, and with a credential for one cluster every path except `/tunnel` and `/socket.io/`. */
  kube: { request: RequestHandler; upgrade: UpgradeHandler };
  /** `/tunnel`: WebSockets of agents. */
  tunnel: UpgradeHandler;
  /** `/socket.io/`: WebSockets of browsers. */
  live: UpgradeHandler;
  /** Everything else. */
  dashboard: RequestHandler;
}

/** Passes a request to its owner. */
export function dispatch(
  handlers: EdgeHandlers,
  owner: Owner,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): void {
  switch (owner) {
    case 'kube':
      handlers.kube.request(request, response);
      break;
    case 'api':
      handlers.api(request, response);
      break;
    case 'dashboard':
      handlers.dashboard(request, response);
      break;
    case 'tunnel':
    case 'live':
      if (!isHttp2Response(response)) response.setHeader('upgrade', 'websocket');
      respondPlain(response, 426, 'This path accepts WebSocket connections only.');
      break;
  }
}

/** Passes an upgrade request to its owner, or refuses it if the owner accepts none. */
export function dispatchUpgrade(
  handlers: EdgeHandlers,
  { request, socket, head }: { request: IncomingMessage; socket: Duplex; head: Buffer },
): void {
  switch (ownerOfRequest(request)) {
    case 'kube':
      handlers.kube.upgrade(request, socket, head);
      break;
    case 'tunnel':
      handlers.tunnel(request, socket, head);
      break;
    case 'live':
      handlers.live(request, socket, head);
      break;
    case 'api':
    case 'dashboard':
    case null:
      refuseSocket(socket, 400);
      break;
  }
}
