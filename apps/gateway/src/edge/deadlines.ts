import type { Http2Session, ServerHttp2Stream } from 'node:http2';
import type { Logger } from 'pino';
import { hasBody } from '../core/has-body.ts';
import { isHttp2Response } from '../core/http-version.ts';
import type { Exchange } from './exchange.ts';
import { cutOff } from './http2-sessions.ts';
import type { EdgeLimits } from './limits.ts';
import { refuseSocket } from './plain-response.ts';

export interface DeadlineOptions {
  limits: EdgeLimits;
  logger: Logger;
  /** Monotonic clock in milliseconds. */
  now?: () => number;
}

interface Late {
  exchange: Exchange;
  why: string;
}

/** Exchanges ended per turn of the event loop, about 3 ms of work, so that a thousand at once do not delay everybody else. */
const endsPerTurn = 8;

/**
 * Ends requests whose bodies stall, and responses that the client does not read. A response that has nothing to send (a quiet
 * watch) is never ended: only waiting bytes count. All open exchanges are checked every few seconds, so that a request needs no
 * timer.
 */
export class Deadlines {
  readonly #limits: EdgeLimits;
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #open = new Set<Exchange>();
  /** Connections with a stream that was reset since the last sweep, and the bytes written to them at that time. */
  readonly #reset = new Map<Http2Session, number>();
  #timer: NodeJS.Timeout | undefined;
  #sweptAt: number | undefined;
  #wasLate = false;

  constructor({ limits, logger, now = () => performance.now() }: DeadlineOptions) {
    this.#limits = limits;
    this.#logger = logger;
    this.#now = now;
  }

  start(): void {
    this.#timer = setInterval(() => this.sweep(), this.#limits.sweepMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Checks an exchange in every sweep until `forget`. */
  watch(exchange: Exchange): void {
    this.#open.add(exchange);
  }

  forget(exchange: Exchange): void {
    this.#open.delete(exchange);
  }

  /** Checks everything that is open, and ends what is overdue: a few at once, the others in the following turns. */
  sweep(): void {
    const now = this.#now();
    if (this.#stoodStill(now)) return;
    if (this.#reset.size > 0) this.#endStuckSessions();
    const late: Late[] = [];
    for (const exchange of this.#open) {
      if (this.#bodyIsLate(exchange, now)) late.push({ exchange, why: 'the request body did not arrive in time' });
      else if (this.#answerStalls(exchange, now))
        late.push({ exchange, why: 'the client stopped reading the response' });
    }
    this.#endInTurns(late);
  }

  /**
   * Whether this process stood still since the last sweep. What clients sent meanwhile has not been read yet, because timers run
   * before sockets, so the judgement is left to the next sweep.
   */
  #stoodStill(now: number): boolean {
    const sinceLast = now - (this.#sweptAt ?? now);
    this.#sweptAt = now;
    this.#wasLate = !this.#wasLate && sinceLast > 2 * this.#limits.sweepMs;
    return this.#wasLate;
  }

  #endInTurns(late: Late[]): void {
    for (const { exchange, why } of late.splice(0, endsPerTurn)) if (this.#open.has(exchange)) this.#end(exchange, why);
    if (late.length > 0) setImmediate(() => this.#endInTurns(late));
  }

  #bodyIsLate(exchange: Exchange, now: number): boolean {
    const { request, owner, isAuthenticated, startedAt } = exchange;
    if (!awaitsBody(exchange)) return false;
    const { bodyIdleMs, bodyTimeoutMs } = this.#limits;
    if (owner !== 'kube' || !isAuthenticated) return now - startedAt > bodyTimeoutMs;
    // Bytes that we have not read yet are not the client's delay.
    const mark = request.readableLength > 0 ? -1 : bytesReceived(exchange);
    if (exchange.body?.mark !== mark || mark === -1) exchange.body = { at: now, mark };
    return now - exchange.body.at > bodyIdleMs;
  }

  #answerStalls(exchange: Exchange, now: number): boolean {
    const mark = bytesTaken(exchange);
    if (mark === undefined) {
      exchange.stall = undefined;
      return false;
    }
    if (exchange.stall?.mark !== mark) exchange.stall = { at: now, mark };
    const { owner, isAuthenticated } = exchange;
    const { stalledMs, stalledClusterAnswerMs } = this.#limits;
    return now - exchange.stall.at > (owner === 'kube' && isAuthenticated ? stalledClusterAnswerMs : stalledMs);
  }

  #end(exchange: Exchange, why: string): void {
    this.#open.delete(exchange);
    const { request, response, owner, address, connection, stall } = exchange;
    this.#logger.info({ owner, address }, why);
    if (!isHttp2Response(response)) {
      connection.isClosing = true;
      if (response.headersSent || connection.exchanges > 1) request.socket.destroy();
      else refuseSocket(request.socket, 408);
      return;
    }
    const { stream } = response;
    const { session } = stream;
    stream.destroy(new Error(why));
    // The reset is sent now, or waits behind bytes that the client does not read.
    if (session !== undefined && stall !== undefined) this.#reset.set(session, session.socket.bytesWritten);
  }

  /** Ends connections on which not even the reset of a stream was read. */
  #endStuckSessions(): void {
    for (const [session, sent] of this.#reset)
      if (!session.destroyed && session.socket.bytesWritten === sent) cutOff(session);
    this.#reset.clear();
  }
}

/** Whether the request's body is incomplete. */
function awaitsBody({ request, response }: Exchange): boolean {
  if (!isHttp2Response(response)) return !request.complete;
  if (!hasBody(request)) return false;
  const { stream } = response;
  return stream !== undefined && !stream.destroyed && stream.state.remoteClose !== 1;
}

/** A number that changes with each byte received for this request. */
function bytesReceived({ request, response }: Exchange): number {
  if (isHttp2Response(response)) return response.stream.state.localWindowSize ?? 0;
  return request.socket.bytesRead;
}

const drained = new WeakMap<ServerHttp2Stream, number>();

/** A number that changes when the client reads bytes of this response; undefined if none are waiting. */
function bytesTaken({ response }: Exchange): number | undefined {
  if (!isHttp2Response(response)) {
    const { socket } = response;
    if (socket === null || socket.destroyed || socket.writableLength === 0) return undefined;
    return socket.bytesWritten - socket.writableLength;
  }
  const { stream } = response;
  if (stream === undefined || stream.destroyed || stream.writableLength === 0) return undefined;
  const times = drained.get(stream);
  if (times === undefined) {
    drained.set(stream, 0);
    stream.on('drain', () => drained.set(stream, (drained.get(stream) ?? 0) + 1));
  }
  return (times ?? 0) * 2 ** 32 + stream.writableLength;
}
