import { SessionClosedError } from './errors.ts';
import { pingBytes } from './frame.ts';

interface Waiting {
  resolve: (ms: number) => void;
  reject: (error: Error) => void;
  sentAt: number;
}

/** Five minutes at one sample per five seconds of traffic. Under load, all recent samples measure our own queue. */
const keptSamples = 64;
const firstSamples = 4;

/** Outstanding PINGs, and the round trip they measure. */
export class Pings {
  readonly #now: () => number;
  readonly #waiting = new Map<number, Waiting>();
  readonly #samples: number[] = [];
  #lowest: number | undefined;
  #next = 1;
  #lastSentAt = Number.NEGATIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The lowest recent sample, in milliseconds: the higher ones include time spent in queues. */
  get roundTripMs(): number | undefined {
    return this.#lowest;
  }

  /** Whether another sample would noticeably improve the estimate: the first ones measure code that is not yet compiled. */
  get wantsMore(): boolean {
    return this.#samples.length < firstSamples && this.#waiting.size === 0;
  }

  get lastSentAt(): number {
    return this.#lastSentAt;
  }

  /** A new PING: the bytes to send and the promise of its answer. */
  start(): { opaque: Uint8Array; answer: Promise<number> } {
    const number = this.#next++;
    const opaque = Buffer.alloc(pingBytes);
    opaque.writeUIntBE(number, 2, 6);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#lastSentAt = this.#now();
    this.#waiting.set(number, { resolve, reject, sentAt: this.#lastSentAt });
    return { opaque, answer: promise };
  }

  /** Handles a PONG. One that matches no PING of ours is ignored. */
  onPong(opaque: Uint8Array): void {
    const number = Buffer.from(opaque.buffer, opaque.byteOffset, opaque.byteLength).readUIntBE(2, 6);
    const waiting = this.#waiting.get(number);
    if (waiting === undefined) return;
    this.#waiting.delete(number);
    const took = this.#now() - waiting.sentAt;
    if (this.#samples.push(took) > keptSamples) this.#samples.shift();
    this.#lowest = Math.min(...this.#samples);
    waiting.resolve(took);
  }

  fail(reason: string): void {
    for (const waiting of this.#waiting.values()) waiting.reject(new SessionClosedError(reason));
    this.#waiting.clear();
  }
}
