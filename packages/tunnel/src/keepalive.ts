import type { MuxSession } from '@postern/mux';
import type { Clock } from './clock.ts';
import { closeCodes } from './close-codes.ts';

/** In milliseconds: the silence before a PING, with open streams and without, and the wait for any frame after it. */
export interface Intervals {
  busyMs: number;
  idleMs: number;
  timeoutMs: number;
}

/** The agent's intervals, sent by the gateway in WELCOME. */
export const agentIntervals: Intervals = { busyMs: 10_000, idleMs: 30_000, timeoutMs: 5000 };
/** The gateway's own intervals: it sends PINGs only if the agent, which should, has not. */
export const gatewayIntervals: Intervals = { busyMs: 12_000, idleMs: 45_000, timeoutMs: 5000 };

/** A timer that is late by more than this part of the timeout was delayed by this process, not by the network. */
const toleratedLateness = 0.1;

const ignore = (): void => {};

/** Detects a dead tunnel: any frame is a sign of life; silence triggers a PING; a PING without any answer means dead. */
export class Keepalive {
  readonly #session: MuxSession;
  readonly #clock: Clock;
  readonly #intervals: Intervals;
  readonly #onDead: () => void;
  #cancel: () => void = ignore;
  #probe: Promise<void> | undefined;

  constructor(session: MuxSession, options: { clock: Clock; intervals: Intervals; onDead: () => void }) {
    this.#session = session;
    this.#clock = options.clock;
    this.#intervals = options.intervals;
    this.#onDead = options.onDead;
    this.#watch();
    session.once('close', () => this.#cancel());
  }

  /** Resolves if a frame arrived within `busyMs` or the peer answers now; otherwise rejects, and the tunnel is dead. */
  probe(): Promise<void> {
    if (!this.#session.closed && this.#silence() < Math.min(this.#intervals.busyMs, 10_000)) return Promise.resolve();
    return this.#ask();
  }

  #silence(): number {
    return this.#clock.now() - this.#session.lastReceivedAt;
  }

  #limit(): number {
    return this.#session.streamCount > 0 ? this.#intervals.busyMs : this.#intervals.idleMs;
  }

  /** Checks again when the silence could first be too long; at least every `busyMs`, because a stream may open. */
  #watch(): void {
    const wait = Math.max(1, Math.min(this.#limit() - this.#silence(), this.#intervals.busyMs));
    this.#cancel = this.#clock.after(wait, () => {
      if (this.#session.closed) return;
      if (this.#silence() >= this.#limit()) this.#ask().catch(ignore);
      else this.#watch();
    });
  }

  #ask(): Promise<void> {
    this.#probe ??= this.#askOnce().finally(() => {
      this.#probe = undefined;
      if (!this.#session.closed) this.#watch();
    });
    return this.#probe;
  }

  async #askOnce(): Promise<void> {
    this.#cancel();
    const askedAt = this.#clock.now();
    const { promise: late, resolve: giveUp } = Promise.withResolvers<'late'>();
    const cancel = this.#allow(askedAt, () => giveUp('late'));
    try {
      const first = await Promise.race([this.#session.ping(), late]);
      if (first === 'late' && this.#session.lastReceivedAt <= askedAt) {
        this.#onDead();
        throw new Error(`the tunnel did not answer within ${this.#intervals.timeoutMs} ms (${closeCodes.slow})`);
      }
    } finally {
      cancel();
    }
  }

  /**
   * Calls `giveUp` when the peer's time from `since` is up. A timer that fires late means that this process was stalled:
   * the PING may have been sent only now, and its answer may be unread. In that case the time starts again.
   */
  #allow(since: number, giveUp: () => void): () => void {
    const { timeoutMs } = this.#intervals;
    let cancel = this.#clock.after(timeoutMs, () => {
      const lateMs = this.#clock.now() - since - timeoutMs;
      if (lateMs > timeoutMs * toleratedLateness) cancel = this.#allow(this.#clock.now(), giveUp);
      // Read first what arrived while other timers ran.
      else setImmediate(giveUp);
    });
    return () => cancel();
  }
}
