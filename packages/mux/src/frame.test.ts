import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  acceptHeader,
  decodeFrame,
  encodeAck,
  encodeCredit,
  encodeGoAway,
  encodeHeader,
  encodePing,
  encodeReset,
  type Frame,
  FrameType,
  type InvalidFrame,
  openHeader,
} from './frame.ts';
import { rawFrame } from './test/raw-peer.ts';

const id = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const u16 = fc.integer({ min: 0, max: 2 ** 16 - 1 });
const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const u48 = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const bytes = (min: number, max: number) => fc.uint8Array({ minLength: min, maxLength: max });
const shortText = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => text.isWellFormed());

const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({
    type: fc.constant(FrameType.open),
    stream: id,
    interactive: fc.boolean(),
    end: fc.boolean(),
    narrow: fc.boolean(),
    head: bytes(0, 200),
  }),
  fc.record({ type: fc.constant(FrameType.accept), stream: id, end: fc.boolean(), head: bytes(0, 200) }),
  bytes(1, 200).chain((payload) =>
    fc.record({
      type: fc.constant(FrameType.data),
      stream: id,
      length: fc.constant(payload.length),
      parts: fc.constant([payload]),
    }),
  ),
  fc.record({ type: fc.constant(FrameType.end), stream: id }),
  fc.record({ type: fc.constant(FrameType.reset), stream: id, abort: fc.boolean(), code: u16, reason: shortText }),
  fc.record({ type: fc.constant(FrameType.credit), stream: id, bytes: fc.integer({ min: 1, max: 2 ** 32 - 1 }) }),
  fc.record({ type: fc.constant(FrameType.ack), frames: u48, bytes: u48 }),
  fc.record({ type: fc.constantFrom(FrameType.ping, FrameType.pong), opaque: bytes(8, 8) }),
  fc.record({
    type: fc.constant(FrameType.goaway),
    lastStream: u32,
    code: u16,
    retryAfterMs: u32,
    prefer: fc.array(shortText, { maxLength: 16 }),
  }),
);

/** The product's encoders behind one function. */
function encode(frame: Frame): Buffer {
  switch (frame.type) {
    case FrameType.open:
      return Buffer.concat([openHeader(frame.stream, frame), frame.head]);
    case FrameType.accept:
      return Buffer.concat([acceptHeader(frame.stream, frame.end), frame.head]);
    case FrameType.data:
      return Buffer.concat([encodeHeader(FrameType.data, 0, frame.stream), ...frame.parts]);
    case FrameType.end:
      return encodeHeader(FrameType.end, 0, frame.stream);
    case FrameType.reset:
      return encodeReset(frame.stream, frame);
    case FrameType.credit:
      return encodeCredit(frame.stream, frame.bytes);
    case FrameType.ack:
      return encodeAck(frame.frames, frame.bytes);
    case FrameType.ping:
    case FrameType.pong:
      return encodePing(frame.type, frame.opaque);
    case FrameType.goaway:
      return encodeGoAway(frame);
  }
}

/** A naive decoder, written independently from docs/protocol.md, over arrays of numbers. Undefined: not a frame. */
function oracle(message: readonly number[]): Record<string, unknown> | undefined {
  const number = (from: number, to: number) => message.slice(from, to).reduce((sum, byte) => sum * 256 + byte, 0);
  const text = (from: number, to: number) =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array(message.slice(from, to)));
  if (message.length < 8 || number(2, 4) !== 0) return undefined;
  const [type = 0, flags = 0] = message;
  const stream = number(4, 8);
  const rest = message.slice(8);
  const names = ['', 'open', 'accept', 'data', 'end', 'reset', 'credit', '', 'ack', 'ping', 'pong', 'goaway'];
  const name = names[type] ?? '';
  if (name === '') return undefined;
  if (type <= 6 !== stream > 0) return undefined;
  const flagsOf: Record<string, number[]> = { open: [0, 1, 2, 3, 4, 5, 6, 7], accept: [0, 2], reset: [0, 1] };
  if (!(flagsOf[name] ?? [0]).includes(flags)) return undefined;
  if (name === 'open' && rest.length <= 65536) {
    const [interactive, end, narrow] = [flags % 2 === 1, flags % 4 >= 2, flags >= 4];
    return { type, stream, interactive, end, narrow, head: rest };
  }
  if (name === 'accept' && rest.length <= 65536) return { type, stream, end: flags === 2, head: rest };
  if (name === 'data' && rest.length >= 1 && rest.length <= 65536)
    return { type, stream, length: rest.length, parts: rest };
  if (name === 'end' && rest.length === 0) return { type, stream };
  if (name === 'reset' && rest.length >= 2 && rest.length <= 258) {
    return { type, stream, abort: flags === 1, code: number(8, 10), reason: text(10, message.length) };
  }
  if (name === 'credit' && rest.length === 4 && number(8, 12) > 0) return { type, stream, bytes: number(8, 12) };
  if (name === 'ack' && rest.length === 12) return { type, frames: number(8, 14), bytes: number(14, 20) };
  if ((name === 'ping' || name === 'pong') && rest.length === 8) return { type, opaque: rest };
  if (name === 'goaway' && rest.length >= 11 && (message[18] ?? 0) <= 16) {
    const prefer: string[] = [];
    let at = 19;
    for (let i = 0; i < (message[18] ?? 0); i++) {
      const length = number(at, at + 2);
      if (at + 2 > message.length || length > 1024 || at + 2 + length > message.length) return undefined;
      prefer.push(text(at + 2, at + 2 + length));
      at += 2 + length;
    }
    if (at !== message.length) return undefined;
    return { type, lastStream: number(8, 12), code: number(12, 14), retryAfterMs: number(14, 18), prefer };
  }
  return undefined;
}

function plain(frame: Frame | InvalidFrame): Record<string, unknown> | undefined {
  if (frame.type === 'invalid') return undefined;
  return Object.fromEntries(
    Object.entries(frame).map(([key, value]) => {
      if (key === 'parts') return [key, [...Buffer.concat(value)]];
      return [key, value instanceof Uint8Array ? [...value] : value];
    }),
  );
}

const mutation = fc.record({
  at: fc.nat(300),
  kind: fc.constantFrom('flip', 'set', 'cut', 'insert', 'double'),
  value: fc.integer({ min: 0, max: 255 }),
});

function mutate(message: Buffer, { at, kind, value }: { at: number; kind: string; value: number }): Buffer {
  const where = message.length === 0 ? 0 : at % message.length;
  const copy = Buffer.from(message);
  if (kind === 'flip' && copy.length > 0) copy[where] = (copy[where] ?? 0) ^ (1 << (value % 8));
  if (kind === 'set' && copy.length > 0) copy[where] = value;
  if (kind === 'cut') return copy.subarray(0, where);
  if (kind === 'insert') return Buffer.concat([copy.subarray(0, where), Buffer.from([value]), copy.subarray(where)]);
  if (kind === 'double') return Buffer.concat([copy, copy.subarray(where)]);
  return copy;
}

describe('the frame codec', () => {
  it('decodes what it encoded, whole or split anywhere', () => {
    fc.assert(
      fc.property(anyFrame, fc.array(fc.nat(300), { maxLength: 4 }), (frame, cuts) => {
        const message = encode(frame);
        expect(plain(decodeFrame([message]))).toEqual(plain(frame));
        expect(plain(decodeFrame([message.subarray(0, 8), message.subarray(8)]))).toEqual(plain(frame));
        const edges = [0, ...cuts.map((at) => Math.min(at, message.length)).sort((a, b) => a - b), message.length];
        const parts = edges.slice(1).map((to, i) => message.subarray(edges[i], to));
        expect(plain(decodeFrame(parts))).toEqual(plain(frame));
      }),
      { numRuns: 5000 },
    );
  });

  it('agrees with a naive decoder on 120,000 mutated frames, and never throws', { timeout: 120_000 }, () => {
    let valid = 0;
    let cases = 0;
    const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 });
    const sample = fc.sample(fc.tuple(anyFrame, fc.array(mutations, { minLength: 60, maxLength: 60 })), {
      numRuns: 2000,
      seed: 20_260_101,
    });
    for (const [frame, rounds] of sample) {
      const original = encode(frame);
      for (const round of rounds) {
        const message = round.reduce(mutate, original);
        const decoded = plain(decodeFrame([message]));
        const expected = oracle([...message]);
        if (JSON.stringify(decoded) !== JSON.stringify(expected)) expect(decoded).toEqual(expected);
        cases++;
        if (decoded !== undefined) valid++;
      }
    }
    expect(cases).toBe(120_000);
    // Both valid and invalid frames are well covered.
    expect(valid).toBeGreaterThan(10_000);
    expect(valid).toBeLessThan(110_000);
  });

  it('agrees with the naive decoder on any bytes', () => {
    fc.assert(
      fc.property(bytes(0, 400), (message) => {
        expect(plain(decodeFrame([message]))).toEqual(oracle([...message]));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['OPEN', FrameType.open, 65_536],
    ['ACCEPT', FrameType.accept, 65_536],
    ['DATA', FrameType.data, 65_536],
  ])('accepts %s of its maximum size and nothing larger', (_name, type, largest) => {
    const header = encodeHeader(type, 0, 1);
    expect(decodeFrame([header, new Uint8Array(largest)]).type).toBe(type);
    expect(decodeFrame([header, new Uint8Array(largest + 1)]).type).toBe('invalid');
  });

  it('refuses a message without parts, and one of empty parts', () => {
    expect(decodeFrame([]).type).toBe('invalid');
    expect(decodeFrame([Buffer.alloc(0), Buffer.alloc(0)]).type).toBe('invalid');
  });

  /** A payload of GOAWAY that announces so many names, followed by these bytes. */
  const goAway = (names: number, ...rest: (Uint8Array | number[])[]) =>
    Buffer.concat([Buffer.alloc(10), Buffer.from([names]), ...rest.map((part) => Buffer.from(part))]);

  const sized = (type: number, stream: number, bytes: number) =>
    rawFrame(type, stream, { payload: Buffer.alloc(bytes, 1) });
  const flagged = (type: number, flags: number) => rawFrame(type, 1, { flags });
  const away = (payload: Uint8Array) => rawFrame(FrameType.goaway, 0, { payload });

  it.each([
    ['END without a stream', 'stream id', sized(FrameType.end, 0, 0)],
    ['ACK of a stream', 'stream id', sized(FrameType.ack, 1, 12)],
    ['type 0', 'unknown type', sized(0, 0, 0)],
    ['type 7', 'unknown type', sized(7, 0, 0)],
    ['type 12', 'unknown type', sized(12, 0, 0)],
    ['OPEN with a fourth flag', 'unknown flag', flagged(FrameType.open, 8)],
    ['ACCEPT flagged interactive', 'unknown flag', flagged(FrameType.accept, 1)],
    ['END flagged end', 'unknown flag', flagged(FrameType.end, 2)],
    ['OPEN with a head of 64 KiB and a byte', 'head too large', sized(FrameType.open, 1, 65_537)],
    ['ACCEPT with a head of 64 KiB and a byte', 'head too large', sized(FrameType.accept, 1, 65_537)],
    ['DATA without bytes', 'length of DATA', sized(FrameType.data, 1, 0)],
    ['END with a byte', 'length of END', sized(FrameType.end, 1, 1)],
    ['RESET with half a code', 'length of RESET', sized(FrameType.reset, 1, 1)],
    ['RESET with a reason of 257 bytes', 'length of RESET', sized(FrameType.reset, 1, 259)],
    ['CREDIT of 3 bytes', 'length of CREDIT', sized(FrameType.credit, 1, 3)],
    ['CREDIT of 5 bytes', 'length of CREDIT', sized(FrameType.credit, 1, 5)],
    ['CREDIT of 0', 'CREDIT of nothing', rawFrame(FrameType.credit, 1, { payload: Buffer.alloc(4) })],
    ['ACK of 11 bytes', 'length of ACK', sized(FrameType.ack, 0, 11)],
    ['ACK of 13 bytes', 'length of ACK', sized(FrameType.ack, 0, 13)],
    ['PING of 7 bytes', 'length of PING', sized(FrameType.ping, 0, 7)],
    ['PONG of 9 bytes', 'length of PING', sized(FrameType.pong, 0, 9)],
    ['GOAWAY without a count', 'length of GOAWAY', sized(FrameType.goaway, 0, 10)],
    ['GOAWAY with a byte too many', 'length of GOAWAY', away(goAway(0, [0]))],
    ['GOAWAY that ends in a length', 'length of GOAWAY', away(goAway(1, [0]))],
    ['GOAWAY that ends in a name', 'length of GOAWAY', away(goAway(1, [0, 2], [97]))],
    ['GOAWAY with a name of 1025 bytes', 'length of GOAWAY', away(goAway(1, [4, 1], Buffer.alloc(1025)))],
    ['GOAWAY with 17 names', 'GOAWAY names too many gateways', away(goAway(17, Buffer.alloc(34)))],
  ])('refuses %s (%s)', (_what, reason, message) => {
    expect(decodeFrame([message])).toEqual({ type: 'invalid', reason });
  });

  it('refuses a message without a whole header, and one that uses the two zero bytes', () => {
    expect(decodeFrame([Buffer.from([FrameType.open, 0, 0, 0, 0, 0, 1])])).toEqual({
      type: 'invalid',
      reason: 'shorter than a header',
    });
    for (const zeros of [
      [1, 0],
      [0, 1],
    ]) {
      expect(decodeFrame([Buffer.from([FrameType.end, 0, ...zeros, 0, 0, 0, 1])])).toEqual({
        type: 'invalid',
        reason: 'bytes 2 and 3 are not zero',
      });
    }
  });

  it('reads RESET and GOAWAY of their maximum size', () => {
    const reset = rawFrame(FrameType.reset, 1, { payload: Buffer.concat([Buffer.alloc(2), Buffer.alloc(256, 'x')]) });
    expect(decodeFrame([reset])).toMatchObject({ type: FrameType.reset, reason: 'x'.repeat(256) });
    const names = Array.from({ length: 16 }, () => [[4, 0], Buffer.alloc(1024, 'x')]).flat();
    expect(decodeFrame([away(goAway(16, ...names))])).toMatchObject({
      type: FrameType.goaway,
      prefer: Array(16).fill('x'.repeat(1024)),
    });
  });

  it('does not copy a payload that comes in one piece', () => {
    const payload = Buffer.alloc(100, 7);
    const memory = (parts: Uint8Array[]) => {
      const frame = decodeFrame(parts);
      if (frame.type === FrameType.data) return frame.parts.map(({ buffer }) => buffer);
      return frame.type === FrameType.open ? [frame.head.buffer] : [];
    };
    for (const type of [FrameType.open, FrameType.data]) {
      const [first, ...others] = memory([encodeHeader(type, 0, 1), payload]);
      expect(first).toBe(payload.buffer);
      expect(others).toEqual([]);
    }
    // In memory of its own: a copy must not happen to lie in the same pool.
    const whole = Buffer.alloc(108, encodeHeader(FrameType.data, 0, 1));
    expect(memory([whole])[0]).toBe(whole.buffer);
  });

  it('truncates a long reason between characters', () => {
    const frame = decodeFrame([encodeReset(1, { code: 1, reason: `${'x'.repeat(255)}€`, abort: false })]);
    expect(frame).toMatchObject({ type: FrameType.reset, reason: 'x'.repeat(255) });
  });

  it('omits gateways that do not fit into GOAWAY', () => {
    const prefer = [...Array.from({ length: 20 }, (_, i) => `gateway-${i}`), 'x'.repeat(2000)];
    const frame = decodeFrame([encodeGoAway({ lastStream: 1, code: 1001, retryAfterMs: 1e12, prefer })]);
    expect(frame).toMatchObject({ retryAfterMs: 2 ** 32 - 1, prefer: prefer.slice(0, 16) });
  });

  it('names no gateway whose name is longer than 1024 bytes', () => {
    const prefer = ['x'.repeat(1025), 'y'.repeat(1024), '€'.repeat(342), 'z'];
    const frame = decodeFrame([encodeGoAway({ lastStream: 1, code: 1001, retryAfterMs: 0, prefer })]);
    expect(frame).toMatchObject({ prefer: ['y'.repeat(1024), 'z'] });
  });
});
