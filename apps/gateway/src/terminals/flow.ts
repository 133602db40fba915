/**
 * Output that the browser has not drawn yet. Above the mark reading from the cluster stops, so that a process which never
 * stops writing costs no memory here and a key still gets through.
 */
export class Flow {
  readonly #mark: number;
  readonly #on: { hold(): void; release(): void };
  #sent = 0;
  #acknowledged = 0;
  #isHeld = false;
  #isCongested = false;

  /** @param mark bytes. One message more may come while the stream is being stopped. */
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

  /** @param total all bytes drawn so far. A number that goes back or beyond what was sent says nothing. */
  acknowledge(total: number): void {
    if (total <= this.#acknowledged || total > this.#sent) return;
    this.#acknowledged = total;
    this.#settle();
  }

  /** The connection itself does not take what was sent: a browser that acknowledges without reading gains nothing by it. */
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
