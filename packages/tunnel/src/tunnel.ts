import { EventEmitter } from 'node:events';
import type { MuxSession, MuxStream, ResetCode, Role, SessionClose } from '@postern/mux';
import { type Clock, systemClock } from './clock.ts';
import { type CloseName, closeCodes, closeName } from './close-codes.ts';
import type { RequestHead, ResponseHead } from './head-types.ts';
import {
  encodeRequestHead,
  encodeResponseHead,
  InvalidAnswerError,
  parseRequestHead,
  parseResponseHead,
} from './heads.ts';
import { agentIntervals, gatewayIntervals, type Intervals, Keepalive } from './keepalive.ts';

export interface TunnelClose extends SessionClose {
  name: CloseName | 'lost';
}

export interface OutgoingRequest {
  stream: MuxStream;
  /** Rejects with StreamResetError or InvalidAnswerError; may be left unhandled. */
  response: Promise<ResponseHead>;
}

export interface IncomingRequest {
  head: RequestHead;
  stream: MuxStream;
  /** Sends the response head, once, before anything written is sent. `end` means that no bytes follow. */
  respond(head: ResponseHead, options?: { end?: boolean }): void;
  reject(code: ResetCode, reason: string): void;
}

export interface TunnelOptions {
  role: Role;
  sessionId: string;
  epoch: bigint;
  clusterId: string;
  intervals?: Intervals | undefined;
  clock?: Clock | undefined;
}

/**
 * Requests over an authenticated mux session. Created by `acceptTunnel` and `TunnelDialer`. The peer's requests are
 * emitted as 'request'; they are queued until there is a listener.
 */
export class Tunnel extends EventEmitter<{
  request: [IncomingRequest];
  drain: [{ retryAfterMs: number }];
  close: [TunnelClose];
}> {
  readonly session: MuxSession;
  readonly sessionId: string;
  readonly epoch: bigint;
  readonly clusterId: string;
  readonly #role: Role;
  readonly #keepalive: Keepalive;

  constructor(session: MuxSession, options: TunnelOptions) {
    super();
    this.session = session;
    this.sessionId = options.sessionId;
    this.epoch = options.epoch;
    this.clusterId = options.clusterId;
    this.#role = options.role;
    this.#keepalive = new Keepalive(session, {
      clock: options.clock ?? systemClock,
      intervals: options.intervals ?? (options.role === 'agent' ? agentIntervals : gatewayIntervals),
      onDead: () => this.close(closeCodes.slow, 'no answer to PING'),
    });
    session.on('goaway', ({ retryAfterMs }) => this.emit('drain', { retryAfterMs }));
    // The stream ids are exhausted: the agent dials another tunnel, and the gateway opens no more streams on this one.
    session.on('spent', () => this.emit('drain', { retryAfterMs: 0 }));
    session.on('close', (close) => this.emit('close', { ...close, name: closeName(close.code) }));
    (this as EventEmitter).on('newListener', (name) => {
      if (name === 'request' && session.listenerCount('stream') === 0) {
        session.on('stream', (stream) => this.#onStream(stream));
      }
    });
  }

  /**
   * Opens a request, whose stream can be written immediately.
   * @throws InvalidHeadError, TypeError for a head of another cluster, HeadTooLargeError for one above 64 KiB, and the
   * errors of `MuxSession.open`.
   */
  request(head: RequestHead, options: { interactive?: boolean; end?: boolean } = {}): OutgoingRequest {
    if (head.cluster !== this.clusterId) throw new TypeError("the request is not for this tunnel's cluster");
    const stream = this.session.open(encodeRequestHead(head), options);
    const response = stream.accepted.then((bytes) => {
      const parsed = parseResponseHead(bytes);
      if (parsed.ok) return parsed.value;
      stream.reset('internal', parsed.reason);
      throw new InvalidAnswerError(parsed.reason);
    });
    response.catch(() => {});
    return { stream, response };
  }

  /** Resolves at once if a frame arrived within 10 s, otherwise after a PING; after 5 s it closes the tunnel and rejects. */
  probe(): Promise<void> {
    return this.#keepalive.probe();
  }

  /** Sends a GOAWAY, waits at most `timeoutMs` for open streams, then closes with 1001. */
  async drain(options: { timeoutMs: number; retryAfterMs: number; prefer?: string[] }): Promise<void> {
    const { timeoutMs, retryAfterMs, prefer = [] } = options;
    this.session.goAway({ code: closeCodes.drain, retryAfterMs, prefer });
    await this.session.drain(timeoutMs);
    this.close(closeCodes.drain, 'drained');
  }

  close(code: number, reason: string): void {
    this.session.close(code, reason);
  }

  get closed(): boolean {
    return this.session.closed;
  }

  #onStream(stream: MuxStream): void {
    const parsed = parseRequestHead(stream.head);
    if (!parsed.ok) {
      stream.reset('refused', parsed.reason);
      return;
    }
    const head = parsed.value;
    if (head.cluster !== this.clusterId) {
      // This is not an error in one request: the peer believes that this tunnel leads to another cluster.
      this.close(closeCodes.protocol, 'a request for another cluster');
      return;
    }
    if ((head.kind === 'report') !== (this.#role === 'gateway')) {
      stream.reset('refused', `the ${this.#role} takes no ${head.kind} requests`);
      return;
    }
    this.emit('request', {
      head,
      stream,
      respond: (response, options) => stream.accept(encodeResponseHead(response), options),
      reject: (code, reason) => stream.reset(code, reason),
    });
  }
}
