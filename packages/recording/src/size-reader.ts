/** Longer texts are no size; Kubernetes sends about 30 characters. */
const maxLength = 1_000;
/** The largest number of columns or rows of a terminal (uint16 in Kubernetes). */
const maxSide = 65_535;

/** Reads sizes of a terminal: JSON objects one after the other (`{"Width":80,"Height":24}`), split anywhere. */
export class SizeReader {
  readonly #onSize: (size: { columns: number; rows: number }) => void;
  #text = '';

  constructor(onSize: (size: { columns: number; rows: number }) => void) {
    this.#onSize = onSize;
  }

  /** Ignores what is not a size. */
  push(bytes: Uint8Array): void {
    // Sizes are ASCII, so a character split between two chunks cannot be part of one.
    for (const character of Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')) {
      if (character === '{') this.#text = '';
      if (this.#text.length < maxLength) this.#text += character;
      if (character === '}') this.#read();
    }
  }

  #read(): void {
    const size = parse(this.#text);
    this.#text = '';
    if (size !== undefined) this.#onSize(size);
  }
}

function parse(text: string): { columns: number; rows: number } | undefined {
  try {
    const { Width, Height } = JSON.parse(text) as { Width?: unknown; Height?: unknown };
    return isSide(Width) && isSide(Height) ? { columns: Width, rows: Height } : undefined;
  } catch {
    return undefined;
  }
}

/** A side of 0 comes from a client without a terminal. */
function isSide(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) <= maxSide;
}
