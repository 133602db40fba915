/**
 * The frame codec of docs/protocol.md. Pure and total: for any input `decodeFrame` returns a frame or
 * `{ type: 'invalid' }`; it never throws and never copies the payload of DATA.
 */

/** Bytes before every payload: u8 type, u8 flags, u16 zero, u32 stream. */
export const headerBytes = 8;
export const maxHeadBytes = 64 * 1024;
export const maxDataBytes = 64 * 1024;
const maxReasonBytes = 256;
export const pingBytes = 8;
/** GOAWAY names at most this many gateways, each at most `maxPreferBytes` long in UTF-8. */
const maxPrefer = 16;
const maxPreferBytes = 1024;
const nothing = new Uint8Array(0);

export const FrameType = {
  open: 1,
  accept: 2,
  data: 3,
  end: 4,
  reset: 5,
  credit: 6,
  // 7 is reserved for DATAGRAM.
  ack: 8,
  ping: 9,
  pong: 10,
  goaway: 11,
} as const;

const flagInteractive = 0x01;
const flagEnd = 0x02;
const flagNarrow = 0x04;
/** Flag of RESET. */
const flagAbort = 0x01;

export type Frame =
  | {
      type: typeof FrameType.open;
      stream: number;
      interactive: boolean;
      end: boolean;
      narrow: boolean;
      head: Uint8Array;
    }
  | { type: typeof FrameType.accept; stream: number; end: boolean; head: Uint8Array }
  | { type: typeof FrameType.data; stream: number; length: number; parts: readonly Uint8Array[] }
  | { type: typeof FrameType.end; stream: number }
  | { type: typeof FrameType.reset; stream: number; abort: boolean; code: number; reason: string }
  | { type: typeof FrameType.credit; stream: number; bytes: number }
  | { type: typeof FrameType.ack; frames: number; bytes: number }
  | { type: typeof FrameType.ping | typeof FrameType.pong; opaque: Uint8Array }
  | { type: typeof FrameType.goaway; lastStream: number; code: number; retryAfterMs: number; prefer: string[] };

export interface InvalidFrame {
  type: 'invalid';
  reason: string;
}

/** Encodes the 8-byte header of a frame whose payload is sent as a separate part, to avoid a copy. */
export function encodeHeader(type: number, flags: number, stream: number): Buffer {
  const header = Buffer.allocUnsafe(headerBytes);
  writeHeader(header, type, flags, stream);
  return header;
}

/** OPEN's header; its payload is the head, sent as a second part. */
export function openHeader(stream: number, options: { interactive: boolean; end: boolean; narrow: boolean }): Buffer {
  const { interactive, end, narrow } = options;
  const flags = (interactive ? flagInteractive : 0) | (end ? flagEnd : 0) | (narrow ? flagNarrow : 0);
  return encodeHeader(FrameType.open, flags, stream);
}

/** ACCEPT's header; its payload is the head, sent as a second part. */
export function acceptHeader(stream: number, end: boolean): Buffer {
  return encodeHeader(FrameType.accept, end ? flagEnd : 0, stream);
}

/**
 * RESET. The reason is cut to 256 bytes of UTF-8 without splitting a character. With `abort` the peer's reader first
 * gets the DATA before it; without, that DATA is dropped.
 */
export function encodeReset(stream: number, said: { code: number; reason: string; abort: boolean }): Buffer {
  const text = cutUtf8(said.reason, maxReasonBytes);
  const frame = Buffer.allocUnsafe(headerBytes + 2 + text.length);
  writeHeader(frame, FrameType.reset, said.abort ? flagAbort : 0, stream);
  frame.writeUInt16BE(said.code, headerBytes);
  text.copy(frame, headerBytes + 2);
  return frame;
}

export function encodeCredit(stream: number, bytes: number): Buffer {
  const frame = Buffer.allocUnsafe(headerBytes + 4);
  writeHeader(frame, FrameType.credit, 0, stream);
  frame.writeUInt32BE(bytes, headerBytes);
  return frame;
}

/** ACK. Both numbers are cumulative since the session began, modulo 2^48. */
export function encodeAck(frames: number, bytes: number): Buffer {
  const frame = Buffer.allocUnsafe(headerBytes + 12);
  writeHeader(frame, FrameType.ack, 0, 0);
  frame.writeUIntBE(frames, headerBytes, 6);
  frame.writeUIntBE(bytes, headerBytes + 6, 6);
  return frame;
}

export function encodePing(type: typeof FrameType.ping | typeof FrameType.pong, opaque: Uint8Array): Buffer {
  const frame = Buffer.alloc(headerBytes + pingBytes);
  writeHeader(frame, type, 0, 0);
  frame.set(opaque.subarray(0, pingBytes), headerBytes);
  return frame;
}

/** GOAWAY. Gateways beyond the sixteenth, and names longer than 1024 bytes, are left out. */
export function encodeGoAway(goAway: {
  lastStream: number;
  code: number;
  retryAfterMs: number;
  prefer: string[];
}): Buffer {
  const names = goAway.prefer.map((name) => Buffer.from(name)).filter((name) => name.length <= maxPreferBytes);
  const parts: Buffer[] = [Buffer.allocUnsafe(headerBytes + 11)];
  const fixed = parts[0] as Buffer;
  writeHeader(fixed, FrameType.goaway, 0, 0);
  fixed.writeUInt32BE(goAway.lastStream, headerBytes);
  fixed.writeUInt16BE(goAway.code, headerBytes + 4);
  fixed.writeUInt32BE(Math.min(Math.max(0, Math.floor(goAway.retryAfterMs)), 0xffff_ffff), headerBytes + 6);
  fixed.writeUInt8(Math.min(names.length, maxPrefer), headerBytes + 10);
  for (const name of names.slice(0, maxPrefer)) {
    const length = Buffer.allocUnsafe(2);
    length.writeUInt16BE(name.length);
    parts.push(length, name);
  }
  return Buffer.concat(parts);
}

/** Decodes one message, given in any number of parts. The payload of DATA stays in parts; others are joined. */
export function decodeFrame(message: readonly Uint8Array[]): Frame | InvalidFrame {
  let [header, ...parts] = message;
  if (header === undefined || header.length < headerBytes) {
    header = Buffer.concat(message);
    parts = [];
  }
  if (header.length < headerBytes) return invalid('shorter than a header');
  if (header.length > headerBytes) parts.unshift(header.subarray(headerBytes));
  const type = byte(header, 0);
  const flags = byte(header, 1);
  if (byte(header, 2) !== 0 || byte(header, 3) !== 0) return invalid('bytes 2 and 3 are not zero');
  const stream = readUint(header, 4, 4);
  const ofStream = type >= FrameType.open && type <= FrameType.credit;
  if (ofStream ? stream === 0 : stream !== 0) return invalid('stream id');
  if ((flags & ~allowedFlags(type)) !== 0) return invalid('unknown flag');

  if (type === FrameType.data) {
    let length = 0;
    for (const part of parts) length += part.length;
    return length === 0 || length > maxDataBytes ? invalid('length of DATA') : { type, stream, length, parts };
  }
  const [first = nothing] = parts;
  const payload = parts.length > 1 ? Buffer.concat(parts) : first;
  switch (type) {
    case FrameType.open:
      if (payload.length > maxHeadBytes) return invalid('head too large');
      return {
        type,
        stream,
        interactive: (flags & flagInteractive) !== 0,
        end: (flags & flagEnd) !== 0,
        narrow: (flags & flagNarrow) !== 0,
        head: payload,
      };
    case FrameType.accept:
      if (payload.length > maxHeadBytes) return invalid('head too large');
      return { type, stream, end: (flags & flagEnd) !== 0, head: payload };
    case FrameType.end:
      if (payload.length !== 0) return invalid('length of END');
      return { type, stream };
    case FrameType.reset:
      if (payload.length < 2 || payload.length > 2 + maxReasonBytes) return invalid('length of RESET');
      return {
        type,
        stream,
        abort: (flags & flagAbort) !== 0,
        code: readUint(payload, 0, 2),
        reason: utf8(payload.subarray(2)),
      };
    case FrameType.credit: {
      if (payload.length !== 4) return invalid('length of CREDIT');
      const bytes = readUint(payload, 0, 4);
      return bytes === 0 ? invalid('CREDIT of nothing') : { type, stream, bytes };
    }
    case FrameType.ack:
      if (payload.length !== 12) return invalid('length of ACK');
      return { type, frames: readUint(payload, 0, 6), bytes: readUint(payload, 6, 6) };
    case FrameType.ping:
    case FrameType.pong:
      if (payload.length !== pingBytes) return invalid('length of PING');
      return { type, opaque: payload };
    case FrameType.goaway:
      return decodeGoAway(payload);
    default:
      return invalid('unknown type');
  }
}

function decodeGoAway(payload: Uint8Array): Frame | InvalidFrame {
  if (payload.length < 11) return invalid('length of GOAWAY');
  const count = byte(payload, 10);
  if (count > maxPrefer) return invalid('GOAWAY names too many gateways');
  const prefer: string[] = [];
  let at = 11;
  for (let i = 0; i < count; i++) {
    if (at + 2 > payload.length) return invalid('length of GOAWAY');
    const length = readUint(payload, at, 2);
    at += 2;
    if (length > maxPreferBytes || at + length > payload.length) return invalid('length of GOAWAY');
    prefer.push(utf8(payload.subarray(at, at + length)));
    at += length;
  }
  if (at !== payload.length) return invalid('length of GOAWAY');
  return {
    type: FrameType.goaway,
    lastStream: readUint(payload, 0, 4),
    code: readUint(payload, 4, 2),
    retryAfterMs: readUint(payload, 6, 4),
    prefer,
  };
}

function allowedFlags(type: number): number {
  if (type === FrameType.open) return flagInteractive | flagEnd | flagNarrow;
  if (type === FrameType.reset) return flagAbort;
  return type === FrameType.accept ? flagEnd : 0;
}

function writeHeader(target: Buffer, type: number, flags: number, stream: number): void {
  target[0] = type;
  target[1] = flags;
  target[2] = 0;
  target[3] = 0;
  target.writeUInt32BE(stream, 4);
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

/** An unsigned big-endian number of up to 6 bytes; the caller has checked the length. */
function readUint(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 256 + byte(bytes, at + i);
  return value;
}

/** Text from a peer: bytes that are not valid UTF-8 become U+FFFD. */
function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** The UTF-8 of a text, cut to at most `limit` bytes without splitting a character. */
function cutUtf8(text: string, limit: number): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return bytes;
  let end = limit;
  while ((byte(bytes, end) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

function invalid(reason: string): InvalidFrame {
  return { type: 'invalid', reason };
}
