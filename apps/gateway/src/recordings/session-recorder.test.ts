import { once } from 'node:events';
import {
  type Chunk,
  cut,
  read,
  type Step,
  spdyData,
  type WireProtocol,
  wireOf,
  wireProtocols,
} from '@postern/recording/test';
import { until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KubeHarness, kubePath, startKubeHarness } from '../test/kube-harness.ts';
import { MemoryRecordings } from '../test/memory-recordings.ts';
import type { SessionRecorder } from './session-recorder.ts';

useLeakCheck();

let harness: KubeHarness;
let recordings: MemoryRecordings;
let recorder: SessionRecorder;
beforeEach(async () => {
  recordings = new MemoryRecordings();
  recorder = recordings.recorder();
  harness = await startKubeHarness({ recorder });
});
afterEach(() => harness.close());

const path = `${kubePath}/api/v1/namespaces/shop/pods/web-0/exec?command=cat&container=app&stdin=true&tty=true`;
const sessionId = '0190cccc-0000-7000-8000-000000000000';
const steps: Step[] = [
  { side: 'up', channel: 'resize', data: Buffer.from('{"Width":120,"Height":40}\n') },
  { side: 'down', channel: 'stdout', data: Buffer.from('$ grüß Gott ') },
  { side: 'up', channel: 'stdin', data: Buffer.from('hunter2\r') },
  { side: 'down', channel: 'stderr', data: Buffer.from('oh no\r\n') },
  {
    side: 'down',
    channel: 'error',
    data: Buffer.from(
      '{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"7"}]}}',
    ),
  },
];

/** An exec whose two ends the test plays: `say` sends chunks in order and waits until each has arrived. */
async function exec({ protocol, subprotocol }: WireProtocol) {
  const header = protocol === 'websocket' ? 'sec-websocket-protocol' : 'x-stream-protocol-version';
  let cluster: import('node:stream').Duplex | undefined;
  const atCluster: Buffer[] = [];
  harness.onRequest = ({ respond, stream }) => {
    respond({
      status: 101,
      headers: [
        ['connection', 'Upgrade'],
        ['upgrade', protocol],
        [header, subprotocol],
      ],
    });
    cluster = stream;
    stream.on('data', (part: Buffer) => atCluster.push(part));
    stream.on('error', () => {});
  };
  const socket = await harness.connect();
  const atPerson: Buffer[] = [];
  socket.on('data', (part: Buffer) => atPerson.push(part));
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n${header}: ${subprotocol}\r\n\r\n`,
  );
  const text = () => Buffer.concat(atPerson).toString('latin1');
  const body = () => Buffer.concat(atPerson).subarray(text().indexOf('\r\n\r\n') + 4);
  const size = (parts: Buffer[]) => parts.reduce((sum, part) => sum + part.byteLength, 0);
  const say = async (chunks: readonly Chunk[]): Promise<void> => {
    for (const { side, bytes } of chunks) {
      const before = side === 'up' ? size(atCluster) : size(atPerson);
      if (side === 'up') socket.write(bytes);
      else cluster?.write(bytes);
      await until(() => (side === 'up' ? size(atCluster) : size(atPerson)) >= before + bytes.byteLength);
    }
  };
  return {
    socket,
    atCluster,
    text,
    body,
    say,
    joined: () => until(() => text().includes('\r\n\r\n')),
    /** Ends the cluster's side, then the person's. */
    finish: async () => {
      cluster?.end();
      socket.end();
      await until(() => recordings.totals.get(sessionId)?.isOver === true);
    },
  };
}

describe.each(wireProtocols)('an exec over $protocol $subprotocol', (wire) => {
  it('is recorded without input, and passes unchanged', async () => {
    const session = await exec(wire);
    await session.joined();
    const chunks = cut(wireOf(wire, steps), [1, 7, 100]);
    await session.say(chunks);
    const sent = (side: 'up' | 'down') =>
      Buffer.concat(chunks.filter((one) => one.side === side).map(({ bytes }) => bytes));
    expect(session.body()).toEqual(sent('down'));
    expect(Buffer.concat(session.atCluster)).toEqual(sent('up'));
    await session.finish();
    const [header, ...events] = recordings.lines(sessionId);
    expect(header).toMatchObject({
      version: 3,
      term: { cols: 120, rows: 40 },
      command: 'cat',
      title: 'shop/web-0 (app)',
    });
    const of = (code: string): string =>
      events
        .filter(([, one]) => one === code)
        .map(([, , data]) => data)
        .join('');
    expect({ o: of('o'), i: of('i'), x: of('x') }).toEqual({ o: '$ grüß Gott oh no\r\n', i: '', x: '7' });
  });

  it('is recorded with input if the policy says so', async () => {
    harness.directory.recording = { mode: 'best-effort', input: true };
    const session = await exec(wire);
    await session.joined();
    await session.say(wireOf(wire, steps));
    await session.finish();
    expect(recordings.lines(sessionId)).toContainEqual([expect.any(Number), 'i', 'hunter2\r']);
  });

  it('can be ended within a second, in words that the program of the person prints', async () => {
    const session = await exec(wire);
    await session.joined();
    const chunks = wireOf(wire, steps.slice(0, 2)).filter(({ side, bytes }) => side === 'up' || bytes[0] !== 0x88);
    await session.say(chunks);
    const before = performance.now();
    expect(recorder.end(sessionId, 'This session was ended by eve@example.com.')).toBe(true);
    await once(session.socket, 'end');
    expect(performance.now() - before).toBeLessThan(1_000);
    const all: Chunk[] = [...chunks.filter(({ side }) => side === 'up'), { side: 'down', bytes: session.body() }];
    expect(read(wire, all).exits).toEqual([{ code: null, message: 'This session was ended by eve@example.com.' }]);
    const typed = Buffer.concat(session.atCluster).byteLength;
    session.socket.end('typed too late');
    await until(() => harness.sessions.sessions[0]?.end !== undefined);
    expect(harness.sessions.sessions[0]?.end?.reason).toBe('This session was ended by eve@example.com.');
    expect(Buffer.concat(session.atCluster).byteLength).toBe(typed);
  });
});

const [spdy] = wireProtocols as [WireProtocol];

it('what is typed after the end never reaches the cluster, and a person who does not hang up is cut off', async () => {
  const session = await exec(spdy);
  await session.joined();
  await session.say(wireOf(spdy, steps.slice(0, 2)));
  recorder.end(sessionId, 'Ended.');
  await once(session.socket, 'end');
  const typed = Buffer.concat(session.atCluster).byteLength;
  session.socket.write('typed too late');
  await until(() => harness.sessions.sessions[0]?.end !== undefined);
  expect(Buffer.concat(session.atCluster).byteLength).toBe(typed);
});

describe('where recording is required', () => {
  beforeEach(() => {
    harness.directory.recording = { mode: 'required', input: false };
  });

  it('a session is refused if its recording cannot be stored', async () => {
    recordings.failing = true;
    const session = await exec(spdy);
    await once(session.socket, 'end');
    expect(session.text()).toMatch(/^HTTP\/1\.1 503 .*must be recorded/s);
  });

  it('a session is refused if its protocol is not known', async () => {
    const session = await exec({ protocol: 'websocket', subprotocol: 'v9.channel.k8s.io' });
    await once(session.socket, 'end');
    expect(session.text()).toMatch(/^HTTP\/1\.1 503 .*v9\.channel\.k8s\.io is not known/s);
  });

  it('a session ends, and says why, once its recording cannot be stored any more', async () => {
    const session = await exec(spdy);
    await session.joined();
    recordings.failing = true;
    await session.say(wireOf(spdy, steps.slice(0, 2)));
    await once(session.socket, 'end');
    expect(session.body().toString('latin1')).toContain('could no longer be recorded');
    session.socket.end();
    await until(() => harness.sessions.sessions[0]?.end !== undefined);
  });

  it('a session ends once its bytes cannot be read', async () => {
    const session = await exec(spdy);
    await session.joined();
    session.socket.write(Buffer.from([0x80, 3, 0, 1, 0, 0, 0, 20, ...Buffer.alloc(20, 0xff)]));
    await until(() => harness.sessions.sessions[0]?.end !== undefined);
    expect(harness.sessions.sessions[0]?.end?.reason).toContain('must be recorded and cannot be');
  });

  it('a session waits for storage, and nothing is missing', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    recordings.beforeWrite = () => held;
    const session = await exec(spdy);
    await session.joined();
    const total = 4 * 1024 * 1024;
    const said = session.say([...wireOf(spdy, steps.slice(0, 1)), ...flood(total)]);
    await until(() => session.body().byteLength > 900 * 1024);
    release();
    await said;
    await session.finish();
    expect(outputSize()).toBe(total);
    expect(recordings.totals.get(sessionId)?.missingBytes).toBe(0);
  });
});

describe('where recording is best effort', () => {
  it('a session goes on while storage is stuck, and the recording says what is missing', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    recordings.beforeWrite = () => held;
    const session = await exec(spdy);
    await session.joined();
    const total = 4 * 1024 * 1024;
    await session.say([...wireOf(spdy, steps.slice(0, 1)), ...flood(total)]);
    release();
    await session.finish();
    const missing = recordings.totals.get(sessionId)?.missingBytes ?? 0;
    expect(missing).toBeGreaterThan(2 * 1024 * 1024);
    expect(outputSize() + missing).toBe(total);
    expect(recordings.lines(sessionId)).toContainEqual([
      expect.any(Number),
      'm',
      expect.stringContaining('are missing here'),
    ]);
  });

  it('a session goes on if it cannot be read or stored at all', async () => {
    recordings.failing = true;
    const session = await exec({ protocol: 'websocket', subprotocol: 'v9.channel.k8s.io' });
    await session.joined();
    await session.say([
      { side: 'up', bytes: Buffer.from('?') },
      { side: 'down', bytes: Buffer.from('!') },
    ]);
    expect(session.body().toString()).toBe('!');
    session.socket.end();
    await until(() => harness.sessions.sessions.length === 1);
  });
});

it('a recording stops at its largest size', async () => {
  await harness.close();
  recorder = recordings.recorder({ mostCharacters: 100_000 });
  harness = await startKubeHarness({ recorder });
  const session = await exec(spdy);
  await session.joined();
  await session.say([...wireOf(spdy, steps.slice(0, 1)), ...flood(13 * 32 * 1024)]);
  await session.finish();
  expect(outputSize()).toBeLessThan(140_000);
  expect(recordings.lines(sessionId).at(-1)?.[2]).toContain('largest size');
});

it('nothing is recorded where recording is off, and the session can be ended nevertheless', async () => {
  harness.directory.recording = { mode: 'off', input: true };
  const session = await exec(spdy);
  await session.joined();
  await session.say(wireOf(spdy, steps.slice(0, 2)));
  recorder.end(sessionId, 'Ended.');
  await once(session.socket, 'end');
  expect(session.body().toString('latin1')).toContain('Ended.');
  session.socket.end();
  await until(() => harness.sessions.sessions[0]?.end !== undefined);
  expect(recordings.chunks.size).toBe(0);
});

function flood(size: number): Chunk[] {
  const part = 32 * 1024;
  return Array.from({ length: size / part }, () => ({
    side: 'down' as const,
    bytes: spdyData('stdout', Buffer.alloc(part, 'x')),
  }));
}

function outputSize(): number {
  return recordings
    .lines(sessionId)
    .filter((line) => line[1] === 'o')
    .reduce((sum, [, , data]) => sum + data.length, 0);
}
