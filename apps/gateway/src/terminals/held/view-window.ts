/** Limits of what a view gets that it has not drawn yet, in bytes: what a person types has this much before it at most. */
export const windowLimits = { most: 128 * 1024, least: 16 * 1024, step: 8 * 1024 };
/** How much longer than without a queue drawing may take, in milliseconds: above the first, the window shrinks; below the other, it grows. */
const queueing = { most: 50, least: 25 };
/** For how long the least time is believed, in milliseconds. After that the window is small for a moment, to measure without a queue. */
const believed = 10_000;
/** Of how many pieces the times are known, so that a page that acknowledges many tiny ones costs little. */
const mostPieces = 64;

/**
 * How much a view gets that it has not drawn yet: about what its page draws in a twentieth of a second. A slow page would otherwise
 * have seconds of output before the answer to what a person types. It compares how long a page takes with the least that it
 * took, as delay-based congestion control does (LEDBAT, RFC 6817), so that a long way to the page does not count.
 */
export class ViewWindow {
  #bytes = windowLimits.most;
  /** Where each piece that was sent ends, and when that was, in the order of the output. */
  #pieces: { end: number; at: number }[] = [];
  /** The least time from sending to drawing, in milliseconds, and when it was measured. */
  #least = { took: Number.POSITIVE_INFINITY, at: 0 };
  /** Where the output had been sent to when the window last shrank: what was sent before says nothing about the new one. */
  #shrunkAt = 0;
  #sent = 0;
  readonly #now: () => number;

  /** @param now a clock in milliseconds. */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** In bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @param end the position after the piece. */
  sent(end: number): void {
    if (this.#pieces.length >= mostPieces) this.#pieces.pop();
    this.#pieces.push({ end, at: this.#now() });
    this.#sent = end;
  }

  /** @param position drawn so far. */
  drawn(position: number): void {
    const next = this.#pieces.findIndex(({ end }) => end > position);
    const last = this.#pieces[(next < 0 ? this.#pieces.length : next) - 1];
    if (last === undefined) return;
    this.#pieces = next < 0 ? [] : this.#pieces.slice(next);
    const now = this.#now();
    const took = now - last.at;
    const { most, least, step } = windowLimits;
    if (took <= this.#least.took) this.#least = { took, at: now };
    else if (now - this.#least.at > believed) {
      this.#least = { took: Number.POSITIVE_INFINITY, at: now };
      this.#bytes = least;
      return;
    }
    const queued = took - this.#least.took;
    if (queued > queueing.most) {
      if (last.end <= this.#shrunkAt) return;
      this.#bytes = Math.max(least, Math.floor(this.#bytes * 0.75));
      this.#shrunkAt = this.#sent;
    } else if (queued < queueing.least) this.#bytes = Math.min(most, this.#bytes + step);
  }

  /** What was sent does not count any more: another screen takes its place. */
  forget(): void {
    this.#pieces = [];
  }
}
