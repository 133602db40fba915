import { spdyDictionary } from '@postern/kube';
import { Deflate } from 'pako';

/** What one side of a session does. */
export type Step =
  | { side: 'up'; channel: 'stdin' | 'resize'; data: Buffer }
  | { side: 'down'; channel: 'stdout' | 'stderr' | 'error'; data: Buffer };

/** A chunk of one direction. */
export interface Chunk {
  side: 'up' | 'down';
  bytes: Buffer;
}

/** The protocols that carry a session. */
export interface WireProtocol {
  protocol: 'SPDY/3.1' | 'websocket';
  subprotocol: string;
}
export const wireProtocols: readonly WireProtocol[] = [
  { protocol: 'SPDY/3.1', subprotocol: 'v4.channel.k8s.io' },
  { protocol: 'websocket', subprotocol: 'v5.channel.k8s.io' },
  { protocol: 'websocket', subprotocol: 'v4.channel.k8s.io' },
  { protocol: 'websocket', subprotocol: 'v4.base64.channel.k8s.io' },
  { protocol: 'websocket', subprotocol: 'base64.channel.k8s.io' },
];

const channels = ['stdin', 'stdout', 'stderr', 'error', 'resize'] as const;
const spdyStream = { error: 1, stdin: 3, stdout: 5, stderr: 7, resize: 9 } as const;

/** A session as kubectl and an apiserver would send it. */
export function wireOf({ protocol, subprotocol }: WireProtocol, steps: readonly Step[]): Chunk[] {
  if (protocol === 'websocket') {
    const isBase64 = subprotocol.includes('base64');
    return [...steps.map((step) => message(step, isBase64)), { side: 'down', bytes: Buffer.from([0x88, 2, 3, 0xe8]) }];
  }
  return [...openSpdyStreams(), ...steps.map(({ side, channel, data }) => ({ side, bytes: spdyData(channel, data) }))];
}

/** The frames with which kubectl opens its streams, and the server accepts them. */
export function openSpdyStreams(): Chunk[] {
  const names = Object.keys(spdyStream) as (keyof typeof spdyStream)[];
  const blocks = compressedTogether(names.map((name) => headerBlock({ streamtype: name })));
  return names.flatMap((name, index): Chunk[] => {
    const head = Buffer.alloc(10);
    head.writeUInt32BE(spdyStream[name], 0);
    const reply = Buffer.alloc(4);
    reply.writeUInt32BE(spdyStream[name], 0);
    return [
      { side: 'up', bytes: control(1, Buffer.concat([head, blocks[index] ?? Buffer.alloc(0)])) },
      { side: 'down', bytes: control(2, reply) },
    ];
  });
}

export function spdyData(channel: keyof typeof spdyStream, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(spdyStream[channel], 0);
  head.writeUInt8(channel === 'error' ? 1 : 0, 4);
  head.writeUIntBE(data.length, 5, 3);
  return Buffer.concat([head, data]);
}

/** Cuts every direction at the given places, which wrap around, and keeps the order of the chunks. */
export function cut(chunks: readonly Chunk[], lengths: readonly number[]): Chunk[] {
  let turn = 0;
  return chunks.flatMap(({ side, bytes }) => {
    const parts: Chunk[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = Math.max(1, lengths[turn++ % lengths.length] ?? bytes.length);
      parts.push({ side, bytes: bytes.subarray(at, at + length) });
      at += length;
    }
    return parts;
  });
}

function message({ side, channel, data }: Step, isBase64: boolean): Chunk {
  const number = channels.indexOf(channel);
  const payload = isBase64
    ? Buffer.from(`${number}${data.toString('base64')}`)
    : Buffer.concat([Buffer.of(number), data]);
  return { side, bytes: webSocketFrame(payload, { opcode: isBase64 ? 1 : 2, isMasked: side === 'up' }) };
}

export function webSocketFrame(
  payload: Buffer,
  { opcode, isMasked, isLast = true }: { opcode: number; isMasked: boolean; isLast?: boolean },
): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head.writeUInt8((isLast ? 0x80 : 0) | opcode, 0);
  head.writeUInt8((isMasked ? 0x80 : 0) | (length < 126 ? length : length < 65_536 ? 126 : 127), 1);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeUInt32BE(length, 6);
  if (!isMasked) return Buffer.concat([head, payload]);
  const mask = Buffer.from([0x12, 0x34, 0x56, 0x78]);
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))]);
}

function control(type: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(0x8003, 0);
  head.writeUInt16BE(type, 2);
  head.writeUIntBE(payload.length, 5, 3);
  return Buffer.concat([head, payload]);
}

function headerBlock(headers: Record<string, string>): Buffer {
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const entries = Object.entries(headers);
  const texts = entries.flat().map((text) => Buffer.concat([number(text.length), Buffer.from(text)]));
  return Buffer.concat([number(entries.length), ...texts]);
}

/** One zlib stream, flushed after each block. */
function compressedTogether(blocks: readonly Buffer[]): Buffer[] {
  const syncFlush = 2;
  const deflate = new Deflate({ dictionary: spdyDictionary });
  return blocks.map((block) => {
    const parts: Uint8Array[] = [];
    deflate.onData = (chunk: Uint8Array) => void parts.push(Uint8Array.from(chunk));
    deflate.push(block, syncFlush);
    return Buffer.concat(parts);
  });
}
