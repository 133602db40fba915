import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageReader } from './message-reader.ts';

interface WireFrame {
  fin: boolean;
  opcode: number;
  payload: Uint8Array;
  reserved?: number;
}

/** A frame as in RFC 6455, 5.2. `lengthBytes` forces a longer form of the length. */
function wire({ fin, opcode, payload, reserved = 0 }: WireFrame, mask?: readonly number[], lengthBytes = 0): Buffer {
  const size = payload.length;
  const form = Math.max(lengthBytes, size > 65_535 ? 8 : size > 125 ? 2 : 0);
  const header = [
    (fin ? 0x80 : 0) | reserved | opcode,
    (mask ? 0x80 : 0) | (form === 8 ? 127 : form === 2 ? 126 : size),
  ];
  for (let i = form - 1; i >= 0; i--) header.push(Math.floor(size / 256 ** i) % 256);
  const body = mask ? payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0)) : payload;
  return Buffer.concat([Buffer.from([...header, ...(mask ?? [])]), body]);
}

type Seen = { binary: string } | { text: string } | { control: string } | { violation: number; reason: string };

/** Reads the chunks. @returns what the reader reported, in order. */
function read(chunks: readonly Uint8Array[], options: { masked?: boolean; limits?: [number, number] } = {}): Seen[] {
  const seen: Seen[] = [];
  const [maxPayload, maxFragments] = options.limits ?? [100_000, 100];
  const reader = new MessageReader({
    masked: options.masked ?? true,
    maxPayload,
    maxFragments,
    onMessage: (parts, isBinary) => {
      const hex = Buffer.concat(parts).toString('hex');
      seen.push(isBinary ? { binary: hex } : { text: hex });
    },
    onControl: (frame) => seen.push({ control: frame.toString('hex') }),
    onViolation: (violation, reason) => seen.push({ violation, reason }),
  });
  // Copies, because the reader may modify what it reads.
  for (const chunk of chunks) reader.read(Buffer.from(chunk));
  return seen;
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const edges = [0, ...cuts.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((to, i) => bytes.subarray(edges[i], to));
}

const mask = [1, 2, 3, 4];
const x = (fin: boolean, opcode: number, payload: Uint8Array = Buffer.from('x')): WireFrame => ({
  fin,
  opcode,
  payload,
});

const size = fc.oneof(fc.constantFrom(0, 1, 125, 126, 127, 65_535, 65_536), fc.nat(300));
const payload = size.chain((length) => fc.nat(255).map((seed) => Buffer.alloc(length, Buffer.from([seed, 7, 255]))));
const ping = fc.record({ opcode: fc.constantFrom(9, 10), payload: fc.uint8Array({ maxLength: 125 }) });
const message = fc.record({
  binary: fc.boolean(),
  fragments: fc.array(fc.tuple(payload, fc.option(ping)), { minLength: 1, maxLength: 4 }),
});

describe('a message reader', () => {
  it('reads every message, fragmented, masked and split anywhere, with control frames in between', {
    timeout: 60_000,
  }, () => {
    const masks = fc.option(fc.constantFrom([0, 0, 0, 0], mask, [255, 0, 128, 9]), { nil: undefined });
    const cuts = fc.array(fc.nat(400_000), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), masks, cuts, (messages, key, at) => {
        const bytes: Buffer[] = [];
        const expected: Seen[] = [];
        for (const { binary, fragments } of messages) {
          fragments.forEach(([part, control], i) => {
            const fin = i === fragments.length - 1;
            bytes.push(wire({ fin, opcode: i > 0 ? 0 : binary ? 2 : 1, payload: part }, key));
            if (fin) {
              const hex = Buffer.concat(fragments.map(([each]) => each)).toString('hex');
              expected.push(binary ? { binary: hex } : { text: hex });
            }
            if (control === null) return;
            const frame = wire({ fin: true, ...control }, key);
            bytes.push(frame);
            expected.push({ control: frame.toString('hex') });
          });
        }
        const chunks = cutAt(Buffer.concat(bytes), at);
        expect(read(chunks, { masked: key !== undefined, limits: [400_000, 100] })).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });

  it('reads bytes that arrive one at a time', () => {
    const bytes = Buffer.concat([wire(x(false, 2, Buffer.alloc(700, 5)), mask), wire(x(true, 0), mask)]);
    const chunks = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(read(chunks)).toEqual([{ binary: `${'05'.repeat(700)}78` }]);
  });

  it('passes on slices of what it reads', () => {
    const chunk = wire(x(true, 2, Buffer.alloc(5000)), [0, 0, 0, 0]);
    let part: Buffer | undefined;
    const reader = new MessageReader({
      masked: true,
      maxPayload: 5000,
      maxFragments: 1,
      onMessage: (parts) => {
        part = parts[0];
      },
      onControl: () => {},
      onViolation: () => {},
    });
    reader.read(chunk);
    expect(part?.buffer).toBe(chunk.buffer);
  });

  it('accepts lengths in a longer form than needed', () => {
    expect(read([wire(x(true, 2), mask, 2), wire(x(true, 2), mask, 8)])).toEqual([{ binary: '78' }, { binary: '78' }]);
  });

  it.each([
    [256, 256],
    [257, 2],
    [511, 256],
    [512, 2],
  ])('passes on %d bytes that arrive one at a time in %d slices', (length, slices) => {
    let seen = 0;
    const reader = new MessageReader({
      masked: false,
      maxPayload: 1000,
      maxFragments: 1,
      onMessage: (parts) => {
        seen = parts.length;
      },
      onControl: () => {},
      onViolation: () => {},
    });
    for (const byte of wire(x(true, 2, Buffer.alloc(length)))) reader.read(Buffer.of(byte));
    expect(seen).toBe(slices);
  });

  it.each<[string, Buffer[], number, string]>([
    ['the first reserved bit', [wire({ ...x(true, 2), reserved: 0x40 }, mask)], 1002, 'a reserved bit is set'],
    ['the last reserved bit', [wire({ ...x(true, 2), reserved: 0x10 }, mask)], 1002, 'a reserved bit is set'],
    ['an unknown data opcode', [wire(x(true, 3), mask)], 1002, 'an unknown opcode'],
    ['an unknown control opcode', [wire(x(true, 11), mask)], 1002, 'an unknown opcode'],
    ['a frame without a mask', [wire(x(true, 2))], 1002, 'a wrong mask bit'],
    ['a ping without a mask', [wire(x(true, 9))], 1002, 'a wrong mask bit'],
    ['a continuation without a first fragment', [wire(x(true, 0), mask)], 1002, 'fragments out of order'],
    ['a message within another', [wire(x(false, 2), mask), wire(x(true, 2), mask)], 1002, 'fragments out of order'],
    ['a fragmented ping', [wire(x(false, 9), mask)], 1002, 'a malformed control frame'],
    ['a ping of 126 bytes', [wire(x(true, 9, Buffer.alloc(126)), mask)], 1002, 'a malformed control frame'],
    ['a message above the limit', [wire(x(true, 2, Buffer.alloc(1001)), mask)], 1009, 'a message too large'],
    [
      'fragments above the limit',
      [wire(x(false, 2, Buffer.alloc(1000)), mask), wire(x(false, 0), mask)],
      1009,
      'a message too large',
    ],
    ['a length of 2⁶⁴−1', [Buffer.from([0x82, 0xff, ...Array(8).fill(255), ...mask])], 1009, 'a message too large'],
    [
      'too many fragments',
      [wire(x(false, 2), mask), ...Array(3).fill(wire(x(false, 0, Buffer.alloc(0)), mask))],
      1008,
      'too many fragments',
    ],
  ])('refuses %s, and reads nothing after it', (_name, frames, violation, reason) => {
    const bytes = Buffer.concat([...frames, wire(x(true, 2), mask)]);
    expect(read([bytes], { limits: [1000, 3] })).toEqual([{ violation, reason }]);
  });

  it('applies the limits to each message', () => {
    const frames = [wire(x(false, 2, Buffer.alloc(600)), mask), wire(x(true, 0, Buffer.alloc(400)), mask)];
    const seen = read([...frames, ...frames, ...frames], { limits: [1000, 2] });
    expect(seen.length).toBe(3);
    expect(seen.some((each) => 'violation' in each)).toBe(false);
  });

  it('refuses a masked frame from a server', () => {
    expect(read([wire(x(true, 2), mask)], { masked: false })).toEqual([
      { violation: 1002, reason: 'a wrong mask bit' },
    ]);
  });

  it('reads nothing after a close frame', () => {
    const close = wire(x(true, 8, Buffer.from([3, 232])), mask);
    expect(read([close, wire(x(true, 2), mask)])).toEqual([{ control: close.toString('hex') }]);
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 10 }), fc.boolean(), (chunks, masked) => {
        const violations = read(chunks, { masked }).filter((each) => 'violation' in each);
        expect(violations.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2000 },
    );
  });
});
