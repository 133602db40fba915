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
  /** Rejects with StreamResetError or InvalidAnswerError; not asking for it is fine. */
  response: Promise<ResponseHead>;
}

export interface IncomingRequest {
  head: RequestHead;
  stream: MuxStream;
  /** Answers, once, before anything written is sent. `end` says that no bytes follow. */
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
 * Requests over a mux session whose two ends have proven who they are. Made by `acceptTunnel` and `TunnelDialer`.
 * Requests of the peer arrive as 'request'; until somebody listens they wait.
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
    // The next stream ids are those of another tunnel: the agent dials one, the gateway opens nothing more on this.
    session.on('spent', () => this.emit('drain', { retryAfterMs: 0 }));
    session.on('close', (close) => this.emit('close', { ...close, name: closeName(close.code) }));
    (this as EventEmitter).on('newListener', (name) => {
      if (name === 'request' && session.listenerCount('stream') === 0) {
        session.on('stream', (stream) => this.#onStream(stream));
      }
    });
  }

  /**
   * Opens a request; its stream can be written at once.
   * @throws InvalidHeadError, TypeError for a head of another cluster, HeadTooLargeError for one above 64 KiB, and what
   * `MuxSession.open` throws.
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

  /** Makes sure the peer lives: at once when it was heard of within 10 s, else by PING; rejects and closes after 5 s. */
  probe(): Promise<void> {
    return this.#keepalive.probe();
  }

  /** Sends the peer elsewhere, waits for open streams at most `timeoutMs`, then closes with 1001. */
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
      // Never a mistake of one request: the peer believes this tunnel leads somewhere else.
      this.close(closeCodes.protocol, 'a request for another cluster');
      return;
    }
    if ((head.kind === 'report') !== (this.#role === 'gateway')) {
      stream.reset('refused', `a ${this.#role} takes no ${head.kind} requests`);
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
