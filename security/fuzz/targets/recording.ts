import assert from 'node:assert/strict';
import { AsciicastWriter, SessionReader } from '@postern/recording';
import { type Chunk, cut, type Step, type WireProtocol, wireOf, wireProtocols } from '@postern/recording/test';
import { mutateBytes } from '../mutate.ts';
import { type PureTarget, printable } from '../target.ts';

interface Sample {
  wire: WireProtocol;
  chunks: Chunk[];
  cuts: number[];
}

const steps: readonly Step[] = [
  { side: 'up', channel: 'resize', data: Buffer.from('{"Width":80,"Height":24}\n') },
  { side: 'down', channel: 'stdout', data: Buffer.from('grüß\r\n') },
  { side: 'up', channel: 'stdin', data: Buffer.from('ls\r') },
  { side: 'down', channel: 'stderr', data: Buffer.alloc(200, 'e') },
  { side: 'down', channel: 'error', data: Buffer.from('{"status":"Success"}') },
];

/** The recording of a session: the same however its bytes are split, and valid asciicast whatever they are. */
function target(wire: WireProtocol): PureTarget<Sample> {
  return {
    kind: 'pure',
    name: `recording-${wire.protocol === 'websocket' ? wire.subprotocol.split('.', 2).join('-') : 'spdy'}`,
    weight: 2,
    make: (random) => ({
      wire,
      chunks: wireOf(wire, steps).map(({ side, bytes }) => ({
        side,
        bytes: random.chance(0.3) ? Buffer.from(mutateBytes(random, bytes)) : bytes,
      })),
      cuts: Array.from({ length: 8 }, () => random.int(1, 30)),
    }),
    describe: ({ chunks }) => printable(Buffer.concat(chunks.map(({ bytes }) => bytes))),
    check: ({ chunks, cuts }) => {
      const whole = recorded(wire, chunks);
      const split = recorded(wire, cut(chunks, cuts));
      assert.deepEqual(split.unreadable, whole.unreadable);
      if (whole.unreadable.length === 0) assert.deepEqual(split.texts, whole.texts);
      assert.ok(whole.unreadable.length <= 1);
    },
  };
}

/** What a recording shows, by code, and why the session could not be read. */
function recorded(
  { protocol, subprotocol }: WireProtocol,
  chunks: readonly Chunk[],
): { texts: Record<string, string>; unreadable: string[] } {
  const writer = new AsciicastWriter({ title: 't', command: 'c', startedAt: new Date(0) }, 0);
  const unreadable: string[] = [];
  const reader = SessionReader.create({
    protocol,
    subprotocol,
    input: true,
    onEvent: (event) => writer.write(event, 1),
    onUnreadable: (reason) => unreadable.push(reason),
  });
  assert.ok(reader !== null);
  for (const { side, bytes } of chunks) reader[side](bytes);
  reader.close();
  writer.end(2);
  const texts: Record<string, string> = {};
  const [header, ...events] = writer
    .take(2)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(header.version, 3);
  for (const [interval, code, data] of events) {
    assert.ok(interval >= 0 && /^[oirmx]$/.test(code) && typeof data === 'string');
    texts[code] = (texts[code] ?? '') + data;
  }
  return { texts, unreadable };
}

export const recordingTargets: readonly PureTarget<Sample>[] = wireProtocols.slice(0, 4).map(target);
