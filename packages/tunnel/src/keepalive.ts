import type { MuxSession } from '@postern/mux';
import type { Clock } from './clock.ts';
import { closeCodes } from './close-codes.ts';

/** In milliseconds: silence before a PING with streams open and without, and the wait for anything to come back. */
export interface Intervals {
  busyMs: number;
  idleMs: number;
  timeoutMs: number;
}

/** The agent's; the gateway tells it in WELCOME. */
export const agentIntervals: Intervals = { busyMs: 10_000, idleMs: 30_000, timeoutMs: 5000 };
/** The gateway's own: it asks only when the agent, whose duty it is, has missed its turn. */
export const gatewayIntervals: Intervals = { busyMs: 12_000, idleMs: 45_000, timeoutMs: 5000 };

/** A timer later than this part of the timeout was held up by this process, not by the line. */
const toleratedLateness = 0.1;

const ignore = (): void => {};

/** Notices a dead tunnel: any frame is life, silence is asked, silence after the question is death. */
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

  /** Resolves when the peer was heard of within `busyMs` or answers now; else rejects, and the tunnel is dead. */
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

  /** Looks again when the silence could first be too long; at least every `busyMs`, as a stream may open meanwhile. */
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
   * Calls `giveUp` once the peer had its time from `since`. A timer that fires late says that it was this process that
   * stood still: the PING may have left only now, and its answer may lie unread. Then the time begins again.
   */
  #allow(since: number, giveUp: () => void): () => void {
    const { timeoutMs } = this.#intervals;
    let cancel = this.#clock.after(timeoutMs, () => {
      const lateMs = this.#clock.now() - since - timeoutMs;
      if (lateMs > timeoutMs * toleratedLateness) cancel = this.#allow(this.#clock.now(), giveUp);
      // What arrived while other timers ran is read first.
      else setImmediate(giveUp);
    });
    return () => cancel();
  }
}
