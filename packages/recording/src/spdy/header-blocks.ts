import { spdyDictionary } from '@postern/kube';
import { Inflate } from 'pako';
import { UnreadableError } from '../events.ts';

/** The largest block, decompressed; kubectl sends about 40 bytes. A frame of 16 MiB could decompress to 16 GiB. */
const maxBlock = 64 * 1024;
const syncFlush = 2;

/** Decompresses the header blocks of a direction: one zlib stream through all its frames, with the dictionary of SPDY/3. */
export class HeaderBlocks {
  readonly #inflate = new Inflate({ dictionary: spdyDictionary, chunkSize: 4_096 });
  #parts: Uint8Array[] = [];
  #size = 0;

  constructor() {
    this.#inflate.onData = (chunk: Uint8Array) => {
      this.#size += chunk.byteLength;
      if (this.#size > maxBlock) throw new UnreadableError('the headers of a stream are too large');
      this.#parts.push(Uint8Array.from(chunk));
    };
  }

  /** The next block; names are lower case. @throws UnreadableError */
  read(block: Uint8Array): Map<string, string> {
    this.#parts = [];
    this.#size = 0;
    this.#inflate.push(block, syncFlush);
    if (this.#inflate.err !== 0) throw new UnreadableError('the headers of a stream are corrupt');
    return parse(Buffer.concat(this.#parts));
  }
}

/** Parses a count, followed by names and values, each with a length of 4 bytes. */
function parse(plain: Buffer): Map<string, string> {
  let at = 0;
  const number = (): number => {
    if (at + 4 > plain.length) throw new UnreadableError('the headers of a stream end too early');
    at += 4;
    return plain.readUInt32BE(at - 4);
  };
  const text = (): string => {
    const end = number() + at;
    if (end > plain.length) throw new UnreadableError('the headers of a stream end too early');
    const found = plain.toString('latin1', at, end);
    at = end;
    return found;
  };
  const headers = new Map<string, string>();
  for (let count = number(); count > 0; count--) headers.set(text().toLowerCase(), text());
  return headers;
}
