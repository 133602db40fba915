import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { ApiError, badRequest, noSuchPath, type Status } from '../api/api-error.ts';
import type { ResourceExchange } from '../api/exchange.ts';
import type { Container, Pod } from '../model/kinds.ts';
import type { Clock } from '../simulation/clock.ts';
import type { Store } from '../store/store.ts';
import type { PodHttp } from './pod-http.ts';
import { containerOf, onInstanceEnd } from './pod-log.ts';
import type { PodProcesses } from './pod-processes.ts';
import { forwardPorts, PORT_FORWARD_PROTOCOL, TUNNELLED_PORT_FORWARD } from './port-forward.ts';
import { attach, exec, failure } from './remote-command.ts';
import type { RemoteStreams, StreamOptions } from './remote-streams.ts';
import { SPDY_PROTOCOL, spdyStreams } from './spdy-streams.ts';
import { websocketProtocols, websocketStreams } from './websocket-streams.ts';

export interface StreamContext {
  store: Store;
  clock: Clock;
  processes: PodProcesses;
  http: PodHttp;
}

/** A connection with an upgrade request. */
export interface Upgrade {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
}

const MAX_MESSAGE = 4 * 1024 * 1024;

/** Upgrades exec, attach and port-forward to WebSocket or SPDY/3.1. */
export class Upgrader {
  readonly #context: StreamContext;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE,
    perMessageDeflate: false,
    handleProtocols: (offered) => {
      const known = [TUNNELLED_PORT_FORWARD, ...websocketProtocols];
      return [...offered].find((protocol) => known.includes(protocol)) ?? false;
    },
  });

  constructor(context: StreamContext) {
    this.#context = context;
  }

  /** @throws ApiError before the upgrade. */
  serve(exchange: Omit<ResourceExchange, 'response'>, upgrade: Upgrade): void {
    const { resource, subresource, namespace, name, query } = exchange;
    const { store } = this.#context;
    if (resource.key !== 'pods' || !['exec', 'attach', 'portforward'].includes(subresource)) throw noSuchPath();
    const pod = store.get('pods', namespace, name) as Pod;
    if (subresource === 'portforward') {
      this.#forward(pod, upgrade);
      return;
    }
    const container = containerOf(pod, query.get('container'));
    const state = pod.status?.containerStatuses?.find((status) => status.name === container.name)?.state;
    if (state?.running === undefined) {
      const message = `Internal error occurred: unable to upgrade connection: container not found ("${container.name}")`;
      throw new ApiError(500, 'InternalError', message);
    }
    const flag = (key: string) => query.get(key) === 'true' || query.get(key) === '1';
    const tty = flag('tty');
    const options = { stdin: flag('stdin'), stdout: flag('stdout'), stderr: flag('stderr') && !tty, tty };
    const command = query.getAll('command');
    if (!options.stdin && !options.stdout && !options.stderr) {
      throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
    }
    if (subresource === 'exec' && command.length === 0)
      throw badRequest('you must specify a command for the container');
    const serve = (streams: RemoteStreams) =>
      subresource === 'exec'
        ? this.#exec({ pod, container, command, tty }, streams)
        : this.#attach(pod, container, streams);
    const run = (streams: RemoteStreams) => serve(streams).catch((error: unknown) => streams.finish(failure(error)));
    this.#openStreams(upgrade, options, run);
  }

  #exec(
    what: { pod: Pod; container: Container; command: string[]; tty: boolean },
    streams: RemoteStreams,
  ): Promise<void> {
    return exec(this.#context.processes, what, streams);
  }

  #attach(pod: Pod, container: Container, streams: RemoteStreams): Promise<void> {
    const { store, clock, processes } = this.#context;
    const ended = (listener: () => void) => onInstanceEnd(store, pod, container.name, listener);
    return attach(processes, { pod, container, clock, ended }, streams);
  }

  #openStreams(upgrade: Upgrade, options: StreamOptions, run: (streams: RemoteStreams) => Promise<void>): void {
    if (isWebSocket(upgrade.request)) {
      const offered = protocolsOf(upgrade.request, 'sec-websocket-protocol');
      if (!offered.some((protocol) => websocketProtocols.includes(protocol))) {
        throw badRequest(`unable to upgrade: supported WebSocket protocols are ${websocketProtocols.join(', ')}`);
      }
      this.#upgradeWebSocket(upgrade, (socket) => void run(websocketStreams(socket, options)));
      return;
    }
    if (!protocolsOf(upgrade.request, 'x-stream-protocol-version').includes(SPDY_PROTOCOL)) {
      throw new ApiError(403, 'Forbidden', `unable to upgrade: the supported protocol is ${SPDY_PROTOCOL}`);
    }
    acceptSpdy(upgrade, SPDY_PROTOCOL);
    spdyStreams(upgrade.socket, options)
      .then((streams) => (streams === undefined ? undefined : run(streams)))
      .catch(() => upgrade.socket.destroy());
  }

  #forward(pod: Pod, upgrade: Upgrade): void {
    if (pod.status?.phase !== 'Running') {
      throw badRequest(
        `unable to forward port because pod is not running. Current status=${pod.status?.phase ?? 'Unknown'}`,
      );
    }
    const { http } = this.#context;
    if (!isWebSocket(upgrade.request)) {
      acceptSpdy(upgrade, PORT_FORWARD_PROTOCOL);
      forwardPorts(upgrade.socket, pod, http);
      return;
    }
    if (!protocolsOf(upgrade.request, 'sec-websocket-protocol').includes(TUNNELLED_PORT_FORWARD)) {
      throw badRequest(`unable to upgrade: the supported WebSocket protocol is ${TUNNELLED_PORT_FORWARD}`);
    }
    this.#upgradeWebSocket(upgrade, (socket) => {
      const connection = forwardPorts(createWebSocketStream(socket), pod, http);
      void connection.closed.then(() => socket.close(1000));
    });
  }

  #upgradeWebSocket({ request, socket, head }: Upgrade, use: (socket: WebSocket) => void): void {
    this.#server.handleUpgrade(request, socket, head, use);
  }
}

function protocolsOf(request: IncomingMessage, header: string): string[] {
  const value = request.headers[header];
  const values = Array.isArray(value) ? value : [value ?? ''];
  return values.flatMap((one) => one.split(',')).map((one) => one.trim());
}

function isWebSocket({ headers }: IncomingMessage): boolean {
  const wanted = headers.upgrade?.toLowerCase();
  if (wanted === 'websocket') return true;
  if (wanted === 'spdy/3.1') return false;
  throw badRequest('unable to upgrade: only WebSocket and SPDY/3.1 are served');
}

function acceptSpdy({ socket, head }: Upgrade, protocol: string): void {
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: SPDY/3.1'];
  socket.write(`${[...lines, `X-Stream-Protocol-Version: ${protocol}`].join('\r\n')}\r\n\r\n`);
  if (head.length > 0) socket.unshift(head);
}

/** Refuses an upgrade. */
export function refuseUpgrade(socket: Duplex, status: Status & { code: number }): void {
  const body = JSON.stringify(status);
  const head = [
    `HTTP/1.1 ${status.code} ${status.reason ?? 'Error'}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
