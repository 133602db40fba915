import type { Duplex } from 'node:stream';
import type { Lane } from './lane.ts';

/** Without an answer for so long the connection is ended: a case said that more bytes would come than did. */
const stallMs = 250;

/**
 * A lane of a protocol with pings: each case is followed by a ping that carries its number, and the answer says that
 * everything before it was read.
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

  /** To be called with the number of each ping that was answered. */
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
      // What is complete is read before the end is; pings among it are answered still.
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

  /** Whether anything happened within so many milliseconds. */
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
