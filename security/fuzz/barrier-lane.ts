import type { Duplex } from 'node:stream';
import type { Lane } from './lane.ts';

/** Ends the connection after this long without an answer: a case announced more bytes than it sent. */
const stallMs = 250;

/**
 * A lane for a protocol with pings. Each case is followed by a ping with its number, whose answer shows that everything before it
 * was read.
 */
export class BarrierLane<Case> implements Lane<Case> {
  readonly #socket: Duplex;
  readonly #encode: (sample: Case) => Buffer;
  readonly #barrier: (number: number) => Buffer;
  #sent = 0;
  #answered = 0;
  #isOver = false;
  #wake = (): void => {};

  constructor(socket: Duplex, codec: { encode: (sample: Case) => Buffer; barrier: (number: number) => Buffer }) {
    this.#socket = socket;
    this.#encode = codec.encode;
    this.#barrier = codec.barrier;
    socket.on('error', () => {});
    socket.once('close', () => {
      this.#isOver = true;
      this.#wake();
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Call with the number of each ping that was answered. */
  answered(number: number): void {
    if (number > this.#answered && number <= this.#sent) this.#answered = number;
    this.#wake();
  }

  async send(cases: readonly Case[]): Promise<number> {
    const before = this.#sent;
    const parts: Buffer[] = [];
    for (const sample of cases) parts.push(this.#encode(sample), this.#barrier(++this.#sent));
    if (!this.#isOver) this.#socket.write(Buffer.concat(parts));
    while (this.#answered < this.#sent && !this.#isOver) {
      if (await this.#progress(stallMs)) continue;
      if (this.#socket.writableEnded) break;
      // The gateway still reads everything complete before the end, and answers the pings in it.
      this.#socket.end();
    }
    const read = this.#answered - before;
    if (read === cases.length) return read;
    this.close();
    return read + 1;
  }

  close(): void {
    this.#isOver = true;
    this.#socket.destroy();
  }

  /** Resolves with whether a ping was answered or the connection closed in time. */
  #progress(withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), withinMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}
