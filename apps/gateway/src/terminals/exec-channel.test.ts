import { once } from 'node:events';
import { Writable } from 'node:stream';
import type { MuxStream } from '@postern/mux';
import { memorySessionPair, type SessionPair } from '@postern/mux/test';
import { atRest, turns, until, useLeakCheck } from '@postern/testkit';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeExecStream, frame, message } from '../test/fake-exec-stream.ts';
import type { Ending } from './ending.ts';
import { ExecChannel, type ExecEvents } from './exec-channel.ts';
import { Terminal } from './terminal.ts';

useLeakCheck();

let pair: SessionPair;
beforeEach(async () => {
  pair = await memorySessionPair();
});
afterEach(() => pair.close());

interface Opened {
  terminal: Terminal;
  /** The apiserver's end. */
  cluster: MuxStream;
  output: Buffer[];
  ended: Promise<Ending>;
  errors: unknown[];
}

async function open(onOutput: (data: Buffer) => void = () => {}): Promise<Opened> {
  const opened = once(pair.agent, 'stream') as Promise<[MuxStream]>;
  const stream = pair.gateway.open(Buffer.from('head'), { interactive: true });
  const [cluster] = await opened;
  cluster.accept(Buffer.from('head'));
  await stream.accepted;
  const errors: unknown[] = [];
  const output: Buffer[] = [];
  const terminal = new Terminal({
    id: 't',
    container: 'app',
    shell: 'sh',
    stream,
    size: { columns: 80, rows: 24 },
    isPodRunning: async () => true,
    onError: (error) => errors.push(error),
  });
  const ended = new Promise<Ending>((resolve) => {
    terminal.start({
      onOutput: (data) => {
        output.push(data);
        onOutput(data);
      },
      onEnded: resolve,
    });
  });
  return { terminal, cluster, output, ended, errors };
}

/** Decodes a client's frames and removes the mask. */
function unmask(bytes: Buffer): { opcode: number; payload: Buffer }[] {
  const frames: { opcode: number; payload: Buffer }[] = [];
  for (let at = 0; at + 6 <= bytes.byteLength; ) {
    const opcode = bytes.readUInt8(at) & 0x0f;
    const short = bytes.readUInt8(at + 1) & 0x7f;
    const length =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    const start = at + 2 + (short < 126 ? 0 : short === 126 ? 2 : 8);
    const mask = bytes.subarray(start, start + 4);
    const payload = Buffer.from(bytes.subarray(start + 4, start + 4 + length));
    for (const [index, byte] of payload.entries()) payload[index] = byte ^ (mask[index % 4] ?? 0);
    frames.push({ opcode, payload });
    at = start + 4 + length;
  }
  return frames;
}

const validEnding = { code: expect.any(String), message: expect.stringMatching(/^\P{C}+$/u) };

describe('hostile input from a cluster', () => {
  const hostile: [string, string][] = [
    ['causes that are not a list', '{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":{}}}'],
    ['causes that are a number', '{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":7}}'],
    ['a property named find', '{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":{"find":"x"}}}'],
    ['a message that is an object', '{"status":"Failure","message":{}}'],
    ['a cause that is null', '{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[null]}}'],
    [
      'a cause with an object',
      '{"reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":{}}]}}',
    ],
    ['details that are null', '{"status":"Failure","reason":"NonZeroExitCode","details":null}'],
    ['an own __proto__', '{"__proto__":{"status":"Success"}}'],
    ['deep nesting', '['.repeat(30_000)],
    ['a NUL', '\0'],
  ];
  it.each(hostile)('%s on the status channel ends the terminal with a message', async (_, text) => {
    const { cluster, ended, errors } = await open();
    cluster.end(message(3, text));
    expect(await ended).toMatchObject(validEnding);
    expect(errors).toEqual([]);
  });

  it('any JSON on the status channel', async () => {
    await fc.assert(
      fc.asyncProperty(statusLike, async (status) => {
        const { cluster, ended, errors } = await open();
        cluster.end(message(3, JSON.stringify(status)));
        expect(await ended).toMatchObject(validEnding);
        expect(errors).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('any bytes on any channel, and bytes that are not frames', async () => {
    const channel = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 300 }));
    const wire = fc.oneof(
      fc.array(channel, { maxLength: 8 }).map((all) => Buffer.concat(all.map(([one, bytes]) => message(one, bytes)))),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc
        .tuple(fc.integer({ min: 0, max: 15 }), fc.uint8Array({ maxLength: 200 }))
        .map(([opcode, bytes]) => frame(opcode, bytes)),
    );
    await fc.assert(
      fc.asyncProperty(wire, async (bytes) => {
        const { cluster, ended, errors } = await open();
        cluster.end(bytes);
        expect(await ended).toMatchObject(validEnding);
        expect(errors).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('a listener that throws ends only its terminal', async () => {
    const { cluster, ended } = await open(() => {
      throw new Error('listener failed');
    });
    cluster.write(message(1, 'x'));
    expect(await ended).toMatchObject({ code: 'failed' });
  });
});

/** Status objects with some of their fields replaced by any JSON. */
const anything = fc.jsonValue({ maxDepth: 2 });
const statusLike = fc.oneof(
  anything,
  fc.record(
    {
      status: fc.oneof(fc.constantFrom('Success', 'Failure'), anything),
      reason: fc.oneof(fc.constantFrom('NonZeroExitCode', 'InternalError'), anything),
      message: fc.oneof(fc.string({ unit: 'binary' }), anything),
      details: fc.oneof(
        anything,
        fc.record({
          causes: fc.oneof(
            anything,
            fc.array(fc.oneof(anything, fc.record({ reason: fc.constant('ExitCode'), message: anything }))),
          ),
        }),
      ),
    },
    { requiredKeys: [] },
  ),
);

describe('data queued for a cluster that does not read', () => {
  /** Opens a terminal and uses up all credit of its stream, so that nothing more is sent. */
  async function openStalled(): Promise<Opened & { stalledAt: number; resume(): Promise<Buffer> }> {
    const opened = await open();
    const { terminal, cluster } = opened;
    cluster.pause();
    const parts: Buffer[] = [];
    while (cluster.bytesReceived < 200 * 1024) {
      terminal.input(Buffer.alloc(30_000, 'x'));
      const before = cluster.bytesReceived;
      await until(() => cluster.bytesReceived > before);
    }
    terminal.input(Buffer.alloc(100_000, 'x'));
    const stalledAt = await atRest(() => cluster.bytesReceived);
    return {
      ...opened,
      stalledAt,
      resume: async () => {
        cluster.on('data', (part: Buffer) => parts.push(part)).resume();
        await atRest(() => cluster.bytesReceived);
        return Buffer.concat(parts);
      },
    };
  }

  it('of 100,000 pings only the newest is answered', async () => {
    const { cluster, resume } = await openStalled();
    for (let round = 0; round < 100; round++) {
      const pings = Array.from({ length: 1_000 }, (_, index) =>
        frame(9, Buffer.alloc(125, (round * 1_000 + index) % 256)),
      );
      if (!cluster.write(Buffer.concat(pings))) await once(cluster, 'drain');
    }
    cluster.write(frame(9, Buffer.from('newest')));
    await until(() => cluster.writableLength === 0);
    const pongs = unmask(await resume()).filter(({ opcode }) => opcode === 10);
    expect(pongs.map(({ payload }) => payload.toString())).toEqual(['newest']);
  });

  it('of 10,000 sizes only the newest is sent', async () => {
    const { terminal, resume } = await openStalled();
    for (let columns = 1; columns <= 10_000; columns++) terminal.resize({ columns, rows: 1 });
    const sizes = unmask(await resume()).filter(({ payload }) => payload[0] === 4);
    expect(sizes.map(({ payload }) => payload.subarray(1).toString())).toEqual([
      '{"Width":80,"Height":24}',
      '{"Width":10000,"Height":1}',
    ]);
  });

  it('single keystrokes are merged in order, and none is lost', async () => {
    const { terminal, resume } = await openStalled();
    for (let key = 0; key < 50_000; key++) terminal.input(Buffer.from([65 + (key % 26)]));
    const input = unmask(await resume()).filter(({ payload }) => payload[0] === 0);
    const typed = Buffer.concat(input.map(({ payload }) => payload.subarray(1))).toString();
    const all = Array.from({ length: 50_000 }, (_, key) => String.fromCharCode(65 + (key % 26))).join('');
    expect(typed.slice(typed.lastIndexOf('x') + 1) === all).toBe(true);
    // One message per key would be 50,000.
    expect(input.length).toBeLessThan(50);
  });

  it('more than 1 MiB of input ends the terminal with a message', async () => {
    const { terminal, ended } = await openStalled();
    for (let round = 0; round < 20; round++) terminal.input(Buffer.alloc(64 * 1024, 'x'));
    expect(await ended).toMatchObject({
      code: 'failed',
      message: expect.stringContaining('cannot keep up with the input'),
    });
  });
});

describe('an exec channel', () => {
  let stream: FakeExecStream;
  let output: string[];
  let statuses: string[];
  let closed: unknown[];

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    stream = new FakeExecStream();
    output = [];
    statuses = [];
    closed = [];
  });
  afterEach(async () => {
    stream.destroy();
    await turns();
    vi.useRealTimers();
  });

  function channelOf(events: Partial<ExecEvents> = {}): ExecChannel {
    return new ExecChannel(stream, {
      onOutput: (data) => output.push(data.toString()),
      onStatus: (text) => statuses.push(text),
      onClose: (error) => closed.push(error),
      ...events,
    });
  }

  it('passes on output, errors and the status, and nothing of empty messages and other channels', async () => {
    channelOf();
    const messages = [
      message(1, 'a'),
      message(2, 'b'),
      message(1, ''),
      message(3, ''),
      message(0, 'c'),
      message(4, 'd'),
      message(3, '{}'),
    ];
    stream.push(Buffer.concat([...messages, frame(2, Buffer.alloc(0))]));
    await turns();
    expect({ output, statuses, closed }).toEqual({ output: ['a', 'b'], statuses: ['{}'], closed: [] });
  });

  it('sends a ping every 30 seconds until it ends', async () => {
    channelOf();
    vi.advanceTimersByTime(29_999);
    expect(stream.frames).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(stream.frames).toEqual([['ping', '']]);
    stream.accept();
    vi.advanceTimersByTime(30_000);
    expect(stream.frames).toHaveLength(2);
    stream.destroy();
    await turns();
    expect(vi.getTimerCount()).toBe(0);
  });

  const broken = new Error('broken');
  it.each<[string, (one: FakeExecStream) => void, unknown]>([
    ['a close frame', (one) => one.push(frame(8, Buffer.from([0x03, 0xe8]))), undefined],
    ['the end of the stream', (one) => one.push(null), undefined],
    ['the loss of the stream', (one) => one.destroy(), undefined],
    ['an error of the stream', (one) => one.destroy(broken), broken],
    ['a malformed frame', (one) => one.push(Buffer.from([0xff, 0xff])), expect.any(RangeError)],
  ])('ends once, with its stream, upon %s', async (_, act, error) => {
    const channel = channelOf();
    act(stream);
    await turns();
    expect(closed).toStrictEqual([error]);
    expect(stream.destroyed).toBe(true);
    expect(channel.write(Buffer.alloc(2 * 1024 * 1024))).toBe(true);
    channel.close();
    expect(vi.getTimerCount()).toBe(0);
    expect(stream.frames).toEqual([]);
  });

  it.each([[undefined], [broken]])('ends at once if its stream was destroyed before (%s)', async (error) => {
    stream.destroy(error);
    await turns();
    channelOf();
    expect(closed).toStrictEqual([error]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('passes nothing more to a listener that threw', async () => {
    const onOutput = vi.fn(() => {
      throw broken;
    });
    channelOf({ onOutput });
    stream.push(Buffer.concat([message(1, 'a'), message(1, 'b')]));
    await turns();
    expect(onOutput).toHaveBeenCalledTimes(1);
    expect(closed).toStrictEqual([broken]);
  });

  it('reads nothing while it is held', async () => {
    const channel = channelOf();
    channel.hold();
    stream.push(message(1, 'a'));
    await turns();
    expect(output).toEqual([]);
    channel.release();
    await turns();
    expect(output).toEqual(['a']);
  });

  /** Delivers a chunk after which the reader of frames accepts no more. @returns that reader. */
  function fill(): Writable {
    const write = vi.spyOn(Writable.prototype, 'write').mockReturnValueOnce(false);
    stream.emit('data', Buffer.alloc(1));
    const [reader] = write.mock.contexts;
    write.mockRestore();
    return reader as Writable;
  }

  it('reads nothing until the frames that have arrived are read', () => {
    channelOf();
    const reader = fill();
    expect(stream.isPaused()).toBe(true);
    reader.emit('drain');
    expect(stream.isPaused()).toBe(false);
  });

  it('reads nothing while it is held, even after the frames are read', () => {
    const channel = channelOf();
    const reader = fill();
    channel.hold();
    reader.emit('drain');
    expect(stream.isPaused()).toBe(true);
    channel.release();
    expect(stream.isPaused()).toBe(false);
  });

  it('closes with a close frame, and after a second without waiting for the cluster', async () => {
    const channel = channelOf();
    channel.close();
    expect(stream.frames).toEqual([['close', 1000, '']]);
    expect(stream.writableEnded).toBe(true);
    vi.advanceTimersByTime(999);
    expect(stream.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(stream.destroyed).toBe(true);
    await turns();
    expect(closed).toStrictEqual([undefined]);
  });

  it('no longer waits for the cluster once that has closed the stream', async () => {
    channelOf().close();
    stream.destroy();
    await turns();
    expect(vi.getTimerCount()).toBe(0);
  });
});
