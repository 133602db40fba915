import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import { spdyDictionary } from '@postern/kube';

const MAX_BLOCK = 64 * 1024;

/** Compresses the headers of one connection: each direction is one zlib stream across all frames. */
export class HeaderCodec {
  readonly #inflate: Inflate = createInflate({ dictionary: spdyDictionary, finishFlush: constants.Z_SYNC_FLUSH });
  readonly #deflate: Deflate = createDeflate({ dictionary: spdyDictionary });
  #inflated: Buffer[] = [];
  #length = 0;
  #deflated: Buffer[] = [];

  constructor() {
    this.#inflate.on('data', (chunk: Buffer) => {
      this.#inflated.push(chunk);
      this.#length += chunk.length;
      // A frame of 4 MiB may decompress to 4 GiB.
      if (this.#length > MAX_BLOCK) this.#inflate.destroy(new Error('the headers are too large'));
    });
    this.#deflate.on('data', (chunk: Buffer) => this.#deflated.push(chunk));
    // The current block rejects with the error; an error in between is reported with the next block.
    for (const codec of [this.#inflate, this.#deflate]) codec.on('error', () => {});
  }

  /** Decodes a block; names are lower case. @throws Error for a block that is corrupt or too large. */
  async decode(block: Buffer): Promise<Map<string, string>> {
    await new Promise<void>((done, fail) => {
      this.#inflate.once('error', fail);
      this.#inflate.write(block, (error) => {
        this.#inflate.off('error', fail);
        if (error) fail(error);
        else done();
      });
    });
    const plain = Buffer.concat(this.#inflated);
    this.#inflated = [];
    this.#length = 0;
    return parse(plain);
  }

  /** Encodes a block without headers. */
  async encodeNone(): Promise<Buffer> {
    this.#deflate.write(Buffer.alloc(4));
    await new Promise<void>((done) => this.#deflate.flush(constants.Z_SYNC_FLUSH, done));
    const block = Buffer.concat(this.#deflated);
    this.#deflated = [];
    return block;
  }

  close(): void {
    this.#inflate.destroy();
    this.#deflate.destroy();
  }
}

/** Parses a count, followed by names and values, each with a length of 4 bytes. */
function parse(plain: Buffer): Map<string, string> {
  let at = 4;
  const next = (): string => {
    const end = at + 4 + plain.readUInt32BE(at);
    if (end > plain.length) throw new Error('the headers end too early');
    const text = plain.toString('latin1', at + 4, end);
    at = end;
    return text;
  };
  const headers = new Map<string, string>();
  for (let count = plain.readUInt32BE(0); count > 0; count--) headers.set(next().toLowerCase(), next());
  return headers;
}
