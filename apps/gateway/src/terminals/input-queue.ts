/** The most bytes sent in one message; an apiserver accepts 32 KiB at once from kubectl. */
const maxTake = 32 * 1024;
const smallest = 256;

/** Waiting bytes, in one growing buffer, so that a thousand keystrokes take a thousand bytes, not a thousand objects. */
export class InputQueue {
  readonly #most: number;
  #buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  /** @param most capacity in bytes. */
  constructor(most: number) {
    this.#most = most;
  }

  get bytes(): number {
    return this.#end - this.#start;
  }

  /** @returns false if there would be more than `most`, in which case nothing was added. */
  add(data: Uint8Array): boolean {
    const needed = this.bytes + data.byteLength;
    if (needed > this.#most) return false;
    if (this.#end + data.byteLength > this.#buffer.byteLength) this.#makeRoom(needed);
    this.#buffer.set(data, this.#end);
    this.#end += data.byteLength;
    return true;
  }

  /** Removes the oldest bytes, at most 32 KiB; empty if there are none. The caller may keep the buffer. */
  take(): Buffer {
    const taken = Buffer.from(this.#buffer.subarray(this.#start, Math.min(this.#end, this.#start + maxTake)));
    this.#start += taken.byteLength;
    if (this.#start === this.#end) {
      this.#buffer = Buffer.alloc(0);
      this.#start = 0;
      this.#end = 0;
    }
    return taken;
  }

  #makeRoom(needed: number): void {
    const capacity = Math.min(this.#most, Math.max(smallest, 2 ** Math.ceil(Math.log2(needed))));
    const grown = Buffer.allocUnsafeSlow(capacity);
    this.#buffer.copy(grown, 0, this.#start, this.#end);
    this.#buffer = grown;
    this.#end -= this.#start;
    this.#start = 0;
  }
}
