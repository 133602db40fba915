const none = new Uint8Array();

/**
 * Counts what one view typed, so that input which is sent again after a cut is not taken twice. Positions count bytes from the
 * first that the view typed.
 */
export class TypedInput {
  #received = 0;

  /** How many bytes arrived, without a gap. */
  get received(): number {
    return this.#received;
  }

  /**
   * @param from the position of the first byte of `data`.
   * @returns the bytes that are new: none if all came before, or if something before them is missing.
   */
  take(from: number, data: Uint8Array): Uint8Array {
    const known = this.#received - from;
    if (known < 0 || known >= data.byteLength) return none;
    this.#received = from + data.byteLength;
    return data.subarray(known);
  }
}
