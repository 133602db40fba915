/** When the process in the pod must wait for those who read; amounts in bytes, times in milliseconds. */
export const paceLimits = {
  /** How far the foremost view that may type can be behind the newest output. */
  behind: 128 * 1024,
  /** How much output that nobody has seen is kept for somebody who comes back. A little less than the ring. */
  unseen: 960 * 1024,
  /** How long the process waits for somebody who comes back. */
  waitMs: 90_000,
  /** After that, how much it may write each `stepMs`: 1 MiB a second, so that `yes` does not cost a core. */
  step: 256 * 1024,
  stepMs: 250,
};

/** Holds the process back so that the views of a terminal miss nothing, and lets it go on when nobody comes. */
export class Pace {
  readonly #on: { hold(): void; release(): void };
  /** Output that no view has drawn. */
  #unseen = 0;
  /** How far each view that sets the pace is behind. */
  #behind: readonly number[] = [];
  #isHeld = false;
  #isOpen = false;
  #isCongested = false;
  #isAlone = true;
  /** While nobody views it: what the process may still write in this step; null while it may fill the ring. */
  #allowed: number | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(on: { hold(): void; release(): void }) {
    this.#on = on;
  }

  /** The output of the process grew. */
  output(bytes: number): void {
    this.#unseen += bytes;
    if (this.#allowed !== null) this.#allowed -= bytes;
    this.#settle();
  }

  /** @param behind how far each view that sets the pace is behind; empty if there is no view. */
  views(behind: readonly number[]): void {
    this.#behind = behind;
    const isAlone = behind.length === 0;
    if (!isAlone) this.#unseen = Math.min(this.#unseen, ...behind);
    if (isAlone !== this.#isAlone) {
      this.#isAlone = isAlone;
      this.#stop();
      if (isAlone) this.#timer = setTimeout(() => this.#goOn(), paceLimits.waitMs);
    }
    this.#settle();
  }

  /** While open, the process is never held back: its output is not waited for. */
  open(isOpen: boolean): void {
    this.#isOpen = isOpen;
    this.#settle();
  }

  /** Whether output comes faster than the gateway itself can keep it. */
  congested(isCongested: boolean): void {
    this.#isCongested = isCongested;
    this.#settle();
  }

  /** Ends all timers. */
  stop(): void {
    this.#stop();
  }

  /** Nobody came back: the process goes on, a little at a time. */
  #goOn(): void {
    this.#allowed = paceLimits.step;
    this.#timer = setInterval(() => {
      this.#allowed = paceLimits.step;
      this.#settle();
    }, paceLimits.stepMs);
    this.#settle();
  }

  #stop(): void {
    // One function clears both kinds in Node.
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#allowed = null;
  }

  #settle(): void {
    const hold = this.#isCongested || (!this.#isOpen && this.#mustWait());
    if (hold === this.#isHeld) return;
    this.#isHeld = hold;
    if (hold) this.#on.hold();
    else this.#on.release();
  }

  #mustWait(): boolean {
    if (this.#isAlone) return this.#allowed === null ? this.#unseen >= paceLimits.unseen : this.#allowed <= 0;
    const least = Math.min(...this.#behind);
    return least >= (this.#isHeld ? paceLimits.behind / 2 : paceLimits.behind);
  }
}
