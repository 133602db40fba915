import { constants, deflateRawSync, inflateSync } from 'node:zlib';
import { spdyDictionary } from '@postern/kube';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SessionReader } from './session-reader.ts';
import { read, type Seen } from './test/seen.ts';
import {
  type Chunk,
  cut,
  openSpdyStreams,
  type Step,
  spdyData,
  webSocketFrame,
  wireOf,
  wireProtocols,
} from './test/wire.ts';

const [spdy, webSocket, , base64] = wireProtocols as [
  (typeof wireProtocols)[0],
  (typeof wireProtocols)[0],
  (typeof wireProtocols)[0],
  (typeof wireProtocols)[0],
];
const succeeded = Buffer.from(JSON.stringify({ status: 'Success' }));
const failedWith = (code: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      message: `command terminated with exit code ${code}`,
      details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
    }),
  );

const data = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const size = fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 200 }));
const step: fc.Arbitrary<Step> = fc.oneof(
  data.map((bytes): Step => ({ side: 'up', channel: 'stdin', data: bytes })),
  size.map(
    ([Width, Height]): Step => ({
      side: 'up',
      channel: 'resize',
      data: Buffer.from(`${JSON.stringify({ Width, Height })}\n`),
    }),
  ),
  data.map((bytes): Step => ({ side: 'down', channel: 'stdout', data: bytes })),
  data.map((bytes): Step => ({ side: 'down', channel: 'stderr', data: bytes })),
);
const session = fc
  .tuple(fc.array(step, { maxLength: 30 }), fc.option(fc.integer({ min: 0, max: 255 })))
  .map(([steps, code]): Step[] =>
    code === null
      ? steps
      : [...steps, { side: 'down', channel: 'error', data: code === 0 ? succeeded : failedWith(code) }],
  );
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });

describe.each(wireProtocols)('$protocol $subprotocol', (wire) => {
  it('is read the same however its bytes are split, and as a reader of the whole sees it', () => {
    fc.assert(
      fc.property(session, cuts, (steps, lengths) => {
        const chunks = wireOf(wire, steps);
        const seen = read(wire, cut(chunks, lengths));
        expect(seen).toEqual(wholeBuffer(wire.protocol === 'SPDY/3.1', wire.subprotocol.includes('base64'), chunks));
        expect(seen.output).toBe(hexOf(steps, 'stdout'));
        expect(seen.unreadable).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('never throws and is read the same however damaged bytes are split', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(session, cuts, damage, (steps, lengths, changes) => {
        const chunks = wireOf(wire, steps).map(({ side, bytes }) => ({ side, bytes: Buffer.from(bytes) }));
        for (const [where, value] of changes) {
          const chunk = chunks[where % chunks.length];
          if (chunk !== undefined) chunk.bytes[where % chunk.bytes.length] = value;
        }
        const copies = chunks.map(({ bytes }) => Buffer.from(bytes));
        const { unreadable, ...whole } = read(wire, chunks);
        const { unreadable: splitUnreadable, ...split } = read(wire, cut(chunks, lengths));
        expect(splitUnreadable).toEqual(unreadable);
        // A violation in the middle of a chunk hides what came before it in the same chunk only if that is one event.
        if (unreadable.length === 0) expect(split).toEqual(whole);
        expect(chunks.map(({ bytes }) => bytes)).toEqual(copies);
      }),
      { numRuns: 300 },
    );
  });

  it('reports no input unless it is asked for', () => {
    const steps: Step[] = [
      { side: 'up', channel: 'stdin', data: Buffer.from('secret') },
      { side: 'down', channel: 'stdout', data: Buffer.from('shown') },
    ];
    expect(read(wire, wireOf(wire, steps), { input: false })).toMatchObject({
      input: '',
      output: Buffer.from('shown').toString('hex'),
    });
  });

  it('gives an ending only between messages, which its own reader understands', () => {
    const chunks = wireOf(wire, [{ side: 'down', channel: 'stdout', data: Buffer.from('abc') }]).slice(
      0,
      wire.protocol === 'websocket' ? 1 : undefined,
    );
    const last = chunks.at(-1)?.bytes ?? Buffer.alloc(0);
    const reader = SessionReader.create({ ...wire, input: false, onEvent: () => {}, onUnreadable: () => {} });
    for (const { side, bytes } of chunks.slice(0, -1)) reader?.[side](bytes);
    reader?.down(last.subarray(0, -1));
    expect(reader?.ending('why')).toBeUndefined();
    reader?.down(last.subarray(-1));
    const ending = Buffer.from(reader?.ending('Ended by ada@example.com.') ?? []);
    const { exits } = read(wire, [...chunks, { side: 'down', bytes: ending }]);
    expect(exits).toEqual([{ code: null, message: 'Ended by ada@example.com.' }]);
  });
});

describe('a session over SPDY', () => {
  it.each([
    ['headers that decompress to more than 64 KiB', bomb(), 'the headers of a stream are too large'],
    ['headers that are no zlib', synStream(Buffer.from('nonsense')), 'the headers of a stream are corrupt'],
    [
      'a frame of headers above 64 KiB',
      Buffer.from([0x80, 3, 0, 1, 0, 0xff, 0xff, 0xff]),
      'the headers of a stream are too large',
    ],
  ])('with %s is not read any further', (_, bytes, reason) => {
    const chunks: Chunk[] = [
      ...openSpdyStreams(),
      { side: 'up', bytes },
      { side: 'down', bytes: spdyData('stdout', Buffer.from('x')) },
    ];
    expect(read(spdy, chunks)).toMatchObject({ unreadable: [reason], output: '' });
  });
});

describe('a session over WebSocket', () => {
  it('is read across fragments and pings', () => {
    const frames = [
      webSocketFrame(Buffer.from('\x01ab'), { opcode: 2, isMasked: false, isLast: false }),
      webSocketFrame(Buffer.from('ping'), { opcode: 9, isMasked: false }),
      webSocketFrame(Buffer.from('cd'), { opcode: 0, isMasked: false }),
    ];
    const chunks = frames.map((bytes): Chunk => ({ side: 'down', bytes }));
    expect(read(webSocket, chunks).output).toBe(Buffer.from('abcd').toString('hex'));
  });

  it('with an extension is not read', () => {
    const chunks: Chunk[] = [{ side: 'down', bytes: Buffer.from([0xc2, 1, 1]) }];
    expect(read(webSocket, chunks).unreadable).toEqual(['the WebSocket uses an extension']);
  });

  it.each(['1AAA=A', '1AA==AA==', '1A?==', '1A'])('in base64 that is wrong (%s) is not read', (text) => {
    const chunks: Chunk[] = [
      { side: 'down', bytes: webSocketFrame(Buffer.from(text), { opcode: 1, isMasked: false }) },
    ];
    expect(read(base64, chunks).unreadable).toEqual(['a message is not base64']);
  });
});

it.each([
  ['h2c', ''],
  ['websocket', 'v9.channel.k8s.io'],
])('a session over %s %s is not known', (protocol, subprotocol) => {
  const options = { protocol, subprotocol, input: false, onEvent: () => {}, onUnreadable: () => {} };
  expect(SessionReader.create(options)).toBeNull();
});

/** Reads a session that is wholly in memory, in the most obvious way. */
function wholeBuffer(isSpdy: boolean, isBase64: boolean, chunks: readonly Chunk[]): Seen {
  const up = Buffer.concat(chunks.filter(({ side }) => side === 'up').map(({ bytes }) => bytes));
  const down = Buffer.concat(chunks.filter(({ side }) => side === 'down').map(({ bytes }) => bytes));
  const parts = isSpdy ? spdyParts(up, down) : [...webSocketParts(up, isBase64), ...webSocketParts(down, isBase64)];
  const of = (channel: string): Buffer =>
    Buffer.concat(parts.filter((part) => part.channel === channel).map((part) => part.data));
  const status = of('error').toString();
  const parsed = status === '' ? undefined : JSON.parse(status);
  const code = parsed?.details?.causes[0].message ?? '0';
  return {
    output: of('stdout').toString('hex'),
    errorOutput: of('stderr').toString('hex'),
    input: of('stdin').toString('hex'),
    sizes: of('resize')
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
      .map(({ Width, Height }) => `${Width}x${Height}`),
    exits: parsed === undefined ? [] : [{ code: Number(code), message: parsed.message ?? '' }],
    unreadable: [],
  };
}

function spdyParts(up: Buffer, down: Buffer): { channel: string; data: Buffer }[] {
  const names = new Map<number, string>();
  const blocks: Buffer[] = [];
  const frames = (bytes: Buffer): { head: Buffer; payload: Buffer }[] => {
    const found = [];
    for (let at = 0; at < bytes.length; ) {
      const end = at + 8 + bytes.readUIntBE(at + 5, 3);
      found.push({ head: bytes.subarray(at, at + 8), payload: bytes.subarray(at + 8, end) });
      at = end;
    }
    return found;
  };
  const data: { channel: string; data: Buffer }[] = [];
  for (const { head, payload } of [...frames(up), ...frames(down)]) {
    if (head.readUInt16BE(0) === 0x8003) {
      if (head.readUInt16BE(2) !== 1) continue;
      blocks.push(payload.subarray(10));
      const plain = inflateSync(Buffer.concat(blocks), {
        dictionary: spdyDictionary,
        finishFlush: constants.Z_SYNC_FLUSH,
      }).toString('latin1');
      const last = ['error', 'stdin', 'stdout', 'stderr', 'resize'][blocks.length - 1] ?? '';
      expect(plain.endsWith(last)).toBe(true);
      names.set(payload.readUInt32BE(0), last);
    } else data.push({ channel: names.get(head.readUInt32BE(0)) ?? '', data: payload });
  }
  return data;
}

function webSocketParts(bytes: Buffer, isBase64: boolean): { channel: string; data: Buffer }[] {
  const found = [];
  for (let at = 0; at < bytes.length; ) {
    const opcode = bytes.readUInt8(at) & 15;
    const short = bytes.readUInt8(at + 1) & 127;
    const isMasked = bytes.readUInt8(at + 1) > 127;
    let start = at + 2;
    const length = short < 126 ? short : bytes.readUInt16BE(start);
    if (short === 126) start += 2;
    const mask = isMasked ? bytes.subarray(start, start + 4) : Buffer.alloc(4);
    if (isMasked) start += 4;
    const payload = Buffer.from(bytes.subarray(start, start + length)).map((byte, i) => byte ^ (mask[i % 4] ?? 0));
    at = start + length;
    if (opcode === 8) continue;
    const channel = ['stdin', 'stdout', 'stderr', 'error', 'resize'][(payload[0] ?? 0) - (isBase64 ? 48 : 0)] ?? '';
    const rest = Buffer.from(payload.subarray(1));
    found.push({ channel, data: isBase64 ? Buffer.from(rest.toString(), 'base64') : rest });
  }
  return found;
}

function hexOf(steps: readonly Step[], channel: Step['channel']): string {
  return Buffer.concat(steps.filter((one) => one.channel === channel).map((one) => one.data)).toString('hex');
}

function synStream(block: Buffer): Buffer {
  const payload = Buffer.concat([Buffer.alloc(10), block]);
  const head = Buffer.from([0x80, 3, 0, 1, 0, 0, 0, 0]);
  head.writeUIntBE(payload.length, 5, 3);
  return Buffer.concat([head, payload]);
}

/** A megabyte of zeros. A raw deflate block may follow any flush of the zlib stream that `openSpdyStreams` began. */
function bomb(): Buffer {
  return synStream(deflateRawSync(Buffer.alloc(1024 * 1024), { finishFlush: constants.Z_SYNC_FLUSH }));
}
