import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { CallResult } from '@postern/api-client';
import {
  type ApiErrorBody,
  type ClientToServerEvents,
  type OperationId,
  routes,
  type ServerToClientEvents,
} from '@postern/contracts';
import { freePort } from '@postern/testkit';
import { Server as LiveServer } from 'socket.io';

/** A received call. */
export interface Call {
  params: Record<string, string>;
  query: Record<string, string>;
  body: unknown;
}

/** Thrown by an answer to refuse the call with an error response. */
export class Refusal extends Error {
  readonly status: number;
  readonly error: ApiErrorBody['error'];

  constructor(status: number, error: ApiErrorBody['error']) {
    super(error.message);
    this.status = status;
    this.error = error;
  }
}

type Answer = (call: Call) => unknown;

/** Answers a request to a cluster's API; returns false if it does not know the path. */
type ClusterApi = (request: { url: URL; path: string; body: unknown }, response: ServerResponse) => boolean;

/**
 * A gateway for tests that render: HTTP and socket.io as the contracts define them, on a local port. It answers as the
 * test says, validated against the contracts, and with 404 to everything else.
 */
export class TestGateway {
  readonly #answers = new Map<OperationId, Answer>();
  readonly #calls: { operation: OperationId; call: Call }[] = [];
  #clusterApi: ClusterApi = () => false;
  #port = 0;
  #http: Server | undefined;
  #live: LiveServer<ClientToServerEvents, ServerToClientEvents> | undefined;

  /** Starts listening; after a `stop`, on the same port again. */
  async start(): Promise<void> {
    const http = createServer((request, response) => void this.#serve(request, response));
    this.#http = http;
    this.#live = new LiveServer(http, { path: '/socket.io/', transports: ['websocket'] });
    this.#live.on('connection', (socket) => {
      socket.on('live:ping', (answer) => {
        if (typeof answer === 'function') answer();
      });
    });
    // Not an ephemeral port, which the system could give to another program between a stop and a start.
    this.#port ||= await freePort();
    http.listen(this.#port, 'localhost');
    await once(http, 'listening');
  }

  async stop(): Promise<void> {
    const closed = this.#live?.close();
    // Otherwise closing would wait for keep-alive connections.
    this.#http?.closeAllConnections();
    await closed;
  }

  /** `http://localhost:…` */
  get origin(): string {
    return `http://localhost:${this.#port}`;
  }

  get live(): LiveServer<ClientToServerEvents, ServerToClientEvents> {
    if (this.#live === undefined) throw new Error('not started');
    return this.#live;
  }

  /** Sets how an operation is answered from now on. `answer` may throw a `Refusal`. */
  answer<O extends OperationId>(operation: O, answer: (call: Call) => CallResult<O>): void {
    this.#answers.set(operation, answer);
  }

  /** Sets what answers requests under `/k8s/<organization>/<cluster>`; `path` is the rest. */
  serveCluster(api: ClusterApi): void {
    this.#clusterApi = api;
  }

  /** Forgets all answers and calls. */
  forget(): void {
    this.#clusterApi = () => false;
    this.#answers.clear();
    this.#calls.length = 0;
  }

  /** The calls of an operation so far. */
  calls(operation: OperationId): Call[] {
    return this.#calls.filter((one) => one.operation === operation).map(({ call }) => call);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin);
    const path = /^\/k8s\/[^/]+\/[^/]+(\/.*)$/.exec(url.pathname)?.[1];
    const text = (await request.toArray()).join('');
    const sent: unknown = text === '' ? undefined : JSON.parse(text);
    if (path !== undefined && this.#clusterApi({ url, path, body: sent }, response)) return;
    if (url.pathname === '/api/v1/ping') {
      response.writeHead(204).end();
      return;
    }
    const [status, body] = this.#ask(request.method ?? 'GET', url, sent);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }

  #ask(method: string, url: URL, body: unknown): [status: number, body?: unknown] {
    for (const [operation, answer] of this.#answers) {
      const route = routes[operation];
      const params = route.method === method ? match(route.path, url.pathname) : undefined;
      if (params === undefined) continue;
      const call = { params, query: Object.fromEntries(url.searchParams), body };
      this.#calls.push({ operation, call });
      try {
        const answered = answer(call);
        return [route.status, 'response' in route ? route.response.parse(answered) : undefined];
      } catch (error) {
        if (error instanceof Refusal) return [error.status, { error: error.error }];
        return [500, { error: { code: 'internal', message: String(error), requestId: '' } }];
      }
    }
    return [
      404,
      { error: { code: 'not-found', message: `Nothing answers ${method} ${url.pathname}.`, requestId: '' } },
    ];
  }
}

/** The values of the template's `{parameters}` in a path under `/api/v1`; undefined if it does not match. */
function match(template: string, pathname: string): Record<string, string> | undefined {
  const pattern = template.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  const found = new RegExp(`^/api/v1${pattern}$`).exec(pathname);
  if (found === null) return undefined;
  return Object.fromEntries(Object.entries(found.groups ?? {}).map(([key, value]) => [key, decodeURIComponent(value)]));
}
