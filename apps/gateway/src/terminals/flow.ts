/**
 * Counts output that the browser has not drawn yet. Above the mark, reading from the cluster stops, so that a process that
 * never stops writing costs no memory here and keystrokes still get through.
 */
export class Flow {
  readonly #mark: number;
  readonly #on: { hold(): void; release(): void };
  #sent = 0;
  #acknowledged = 0;
  #isHeld = false;
  #isCongested = false;

  /** @param mark in bytes. One more message may arrive while the stream is being stopped. */
  constructor(mark: number, on: { hold(): void; release(): void }) {
    this.#mark = mark;
    this.#on = on;
  }

  get sent(): number {
    return this.#sent;
  }

  get unacknowledged(): number {
    return this.#sent - this.#acknowledged;
  }

  send(bytes: number): void {
    this.#sent += bytes;
    this.#settle();
  }

  /** @param total bytes drawn so far. A number below an earlier one or above what was sent is ignored. */
  acknowledge(total: number): void {
    if (total <= this.#acknowledged || total > this.#sent) return;
    this.#acknowledged = total;
    this.#settle();
  }

  /** Whether the connection itself is backed up: a browser gains nothing by acknowledging without reading. */
  congested(isCongested: boolean): void {
    this.#isCongested = isCongested;
    this.#settle();
  }

  #settle(): void {
    const isFull = this.unacknowledged >= (this.#isHeld ? this.#mark / 2 : this.#mark);
    const hold = isFull || this.#isCongested;
    if (hold === this.#isHeld) return;
    this.#isHeld = hold;
    if (hold) this.#on.hold();
    else this.#on.release();
  }
}
