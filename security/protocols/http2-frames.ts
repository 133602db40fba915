/** Frame types of RFC 9113, section 6. */
export const frameTypes = {
  data: 0,
  headers: 1,
  priority: 2,
  resetStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const flags = { endStream: 0x1, ack: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const headerBytes = 9;

export interface RawFrame {
  type: number;
  flags: number;
  stream: number;
  payload: Buffer;
  /** Length in the header; that of the payload if undefined. */
  length?: number | undefined;
}

export function encodeFrame({ type, flags: bits, stream, payload, length = payload.length }: RawFrame): Buffer {
  const frame = Buffer.alloc(headerBytes + payload.length);
  frame.writeUIntBE(length & 0xffffff, 0, 3);
  frame[3] = type;
  frame[4] = bits;
  frame.writeUInt32BE(stream >>> 0, 5);
  payload.copy(frame, headerBytes);
  return frame;
}

/** What a client sends first: the preface, its settings as [id, value], and a window update for the connection. */
export function greeting(settings: readonly [id: number, value: number][] = [], connectionCredit = 2 ** 30): Buffer {
  const payload = Buffer.alloc(settings.length * 6);
  for (const [index, [id, value]] of settings.entries()) {
    payload.writeUInt16BE(id, index * 6);
    payload.writeUInt32BE(value, index * 6 + 2);
  }
  return Buffer.concat([
    preface,
    encodeFrame({ type: frameTypes.settings, flags: 0, stream: 0, payload }),
    ...(connectionCredit > 0 ? [windowUpdate(0, connectionCredit)] : []),
  ]);
}

export const settingIds = { headerTableSize: 1, enablePush: 2, maxConcurrentStreams: 3, initialWindowSize: 4 } as const;

function windowUpdate(stream: number, bytes: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(bytes >>> 0);
  return encodeFrame({ type: frameTypes.windowUpdate, flags: 0, stream, payload });
}

/** Field lines as HPACK literals without indexing (RFC 7541, 6.2.2): no state, so blocks can be sent in any order. */
export function headerBlock(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of fields) parts.push(Buffer.from([0]), hpackString(name), hpackString(value));
  return Buffer.concat(parts);
}

function hpackString(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  const length = [127];
  let rest = bytes.length - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) | 0x80);
  length.push(rest);
  return Buffer.concat([Buffer.from(length), bytes]);
}

/** Splits what a server sends into frames. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);
  readonly #onFrame: (frame: RawFrame) => void;

  constructor(onFrame: (frame: RawFrame) => void) {
    this.#onFrame = onFrame;
  }

  read(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (bytes.length >= headerBytes) {
      const length = bytes.readUIntBE(0, 3);
      if (bytes.length < headerBytes + length) break;
      const payload = bytes.subarray(headerBytes, headerBytes + length);
      this.#onFrame({
        type: bytes[3] ?? 0,
        flags: bytes[4] ?? 0,
        stream: bytes.readUInt32BE(5) & 0x7fffffff,
        payload,
      });
      bytes = bytes.subarray(headerBytes + length);
    }
    this.#rest = bytes;
  }
}
