import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ResetCode } from '@postern/mux';
import { selfSigned, type TestCertificate, useLeakCheck } from '@postern/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { type RawStream, rawHttp2 } from '../test/raw-http2.ts';
import { type Received, received, type ServingAgent, servingAgent } from '../test/serving.ts';

/** Every way to end a response and a request over HTTP/2, at every point: compares what one side observes with what was done. */

useLeakCheck();
let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await selfSigned();
});

type Reader = 'at once' | 'stalled';
const readers: Reader[] = ['at once', 'stalled'];
/** For a stalled reader: more than the tunnel accepts, less than the window of a stream. Otherwise: what arrives all at once. */
const wholes: Record<Reader, Buffer> = { 'at once': randomBytes(60_000), stalled: randomBytes(400_000) };
const { stalled: whole } = wholes;
const half = whole.subarray(0, 200_000);

type End = (stream: RawStream) => void;
const flushed = ({ connection }: RawStream, then: () => void): void => void connection.flush().then(then);
const proper: Record<string, End> = {
  'END_STREAM alone': (stream) => stream.data('', { end: true }),
  trailers: (stream) => stream.trailers(),
  'END_STREAM and NO_ERROR': (stream) => {
    stream.data('', { end: true });
    stream.reset(0);
  },
  'END_STREAM and then FIN': (stream) => {
    stream.data('', { end: true });
    stream.connection.socket.end();
  },
};
const breaks: Record<string, End> = {
  'RST_STREAM NO_ERROR': (stream) => stream.reset(0),
  'RST_STREAM INTERNAL_ERROR': (stream) => stream.reset(2),
  'RST_STREAM REFUSED_STREAM': (stream) => stream.reset(7),
  'RST_STREAM CANCEL': (stream) => stream.reset(8),
  'GOAWAY and FIN': ({ id, connection }) => {
    connection.goAway(0, id);
    connection.socket.end();
  },
  'GOAWAY and TCP reset': (stream) => {
    stream.connection.goAway(0, stream.id);
    flushed(stream, () => stream.connection.tcp.resetAndDestroy());
  },
  'GOAWAY with an error': ({ id, connection }) => connection.goAway(2, id),
  'GOAWAY below it': ({ connection }) => connection.goAway(0, 0),
  'GOAWAY with an error below it': ({ connection }) => connection.goAway(2, 0),
  'FIN with close_notify': ({ connection }) => connection.socket.end(),
  'FIN alone': (stream) => flushed(stream, () => stream.connection.tcp.end()),
  'TCP reset': (stream) => flushed(stream, () => stream.connection.tcp.resetAndDestroy()),
};
interface Sent {
  sent: Buffer;
  length: number | undefined;
}
const places = (bytes: Buffer): Record<string, Sent> => ({
  'after the head': { sent: Buffer.alloc(0), length: bytes.length },
  'in the middle': { sent: bytes.subarray(0, bytes.length / 2), length: bytes.length },
  'in the middle, without Content-Length': { sent: bytes.subarray(0, bytes.length / 2), length: undefined },
  'after the last byte': { sent: bytes, length: bytes.length },
  'after the last byte, without Content-Length': { sent: bytes, length: undefined },
});

/** Sends a response, ends it, and returns what the peer of the tunnel received. */
async function answer(end: End, { sent, length, reader }: Sent & { reader: Reader }): Promise<Received> {
  await using api = await rawHttp2(certificate, {
    onHeaders: (stream) => {
      stream.head({ ...(length === undefined ? {} : { length }) });
      if (sent.length > 0) stream.data(sent);
      if (reader === 'at once' && !/TCP reset/.test(end.name)) end(stream);
    },
  });
  await using agent = await servingAgent(api.endpoint);
  const { response, stream } = agent.request({}, { end: true });
  expect((await response).status).toBe(200);
  if (reader === 'stalled') {
    // The reader has read nothing when the break comes, so the rest is buffered in the agent.
    const api0 = api.streams[0];
    if (api0 === undefined) throw new Error('no request came');
    await agentHasRead(agent, api0);
    end(api0);
    await agentHasRead(agent, api0);
  }
  const result = received(stream);
  if (reader === 'at once' && /TCP reset/.test(end.name)) {
    // The kernel and node:net drop unread bytes if a write meets the reset, so it comes after everything was read.
    while (stream.bytesReceived < sent.length) await once(stream, 'data');
    end(api.streams[0]!);
  }
  return await result;
}

/** Waits until the agent has read what the server sent: the event loop that they share turns with each PING. */
async function agentHasRead(agent: ServingAgent, { connection }: RawStream): Promise<void> {
  await connection.flush();
  for (let round = 0; round < 20; round++) await agent.gateway.session.ping();
}

describe('a response that is complete', () => {
  const cases = Object.keys(proper).flatMap((end) => readers.map((reader) => [end, reader] as const));
  it.each(cases)('by %s reaches a reader who reads %s as complete', async (end, reader) => {
    const sent = wholes[reader];
    for (const length of [sent.length, undefined]) {
      const result = await answer(proper[end]!, { sent, length, reader });
      expect([result.end, result.bytes.length]).toEqual(['complete', sent.length]);
      expect(result.bytes.equals(sent)).toBe(true);
    }
  });
});

describe('a response that is broken off', () => {
  const cases = Object.keys(breaks).flatMap((end) => readers.map((reader) => [end, reader] as const));
  it.each(cases)('by %s reaches a reader who reads %s as broken, after all bytes', async (end, reader) => {
    const table: Record<string, [string, number]> = {};
    const expected: Record<string, [string, number]> = {};
    for (const [place, { sent, length }] of Object.entries(places(wholes[reader]))) {
      const result = await answer(breaks[end]!, { sent, length, reader });
      table[place] = [result.end, result.bytes.length];
      expected[place] = ['upstream-failed', sent.length];
      if (result.bytes.length === sent.length) expect(result.bytes.equals(sent)).toBe(true);
    }
    expect(table).toEqual(expected);
  });

  it.each(Object.keys(breaks))('by %s before its head becomes a Status', async (end) => {
    let seen = 0;
    await using api = await rawHttp2(certificate, {
      onHeaders: (stream) => {
        seen++;
        breaks[end]!(stream);
      },
    });
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request({ method: 'POST' });
    stream.end('{}');
    const { status } = await response;
    const result = await received(stream);
    expect(result.end).toBe('complete');
    expect(JSON.parse(result.bytes.toString())).toMatchObject({ kind: 'Status', status: 'Failure', code: status });
    // A write is sent again only if the server said that it was not processed.
    if (/REFUSED|below/.test(end)) expect([status, seen]).toEqual([503, 13]);
    else expect([status, seen]).toEqual([502, 1]);
  });

  it.each([
    ['shorter', -1],
    ['longer', 1],
  ])('is broken when it is %s than its Content-Length', async (_what, difference) => {
    const result = await answer(proper['END_STREAM alone']!, {
      sent: half,
      length: half.length - difference,
      reader: 'at once',
    });
    expect(result.end).toBe('upstream-failed');
  });

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('is complete without a body for %s and %s', async (method, status) => {
    await using api = await rawHttp2(certificate, {
      onHeaders: (stream) => stream.head({ status, ...(status === 204 ? {} : { length: 77 }), end: true }),
    });
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request({ method }, { end: true });
    expect((await response).status).toBe(status);
    expect(await received(stream)).toEqual({ bytes: Buffer.alloc(0), end: 'complete' } satisfies Received);
  });
});

type Upload = (agent: ServingAgent, request: ReturnType<ServingAgent['request']>) => void;
const abandonments: Record<string, Upload> = {
  ...Object.fromEntries(
    (['cancelled', 'internal', 'upstream-failed', 'revoked'] satisfies ResetCode[]).flatMap((code) => [
      [
        `a reset (${code})`,
        (_agent: ServingAgent, { stream }: { stream: { reset(code: string, reason: string): void } }) =>
          stream.reset(code, ''),
      ],
      [
        `an abort (${code})`,
        (_agent: ServingAgent, { stream }: { stream: { abort(code: string, reason: string): void } }) =>
          stream.abort(code, ''),
      ],
    ]),
  ),
  'destroying the stream': (_agent, { stream }) => void stream.destroy(),
  'the end of the tunnel': (agent) => agent.gateway.close(1001, 'over'),
} as Record<string, Upload>;

describe('an upload', () => {
  it.each(Object.keys(abandonments))('broken off by %s arrives as a reset, and never as complete', async (how) => {
    for (const [place, sent] of Object.entries({
      'before its body': 0,
      'in the middle': half.length,
      'after its last byte': whole.length,
    })) {
      for (const declared of [true, false]) {
        await using api = await rawHttp2(certificate);
        await using agent = await servingAgent(api.endpoint);
        const request = agent.request({
          method: 'POST',
          headers: declared ? [['content-length', String(whole.length)]] : [],
        });
        request.stream.write(whole.subarray(0, sent));
        while (api.streams[0] === undefined || api.streams[0].bytes.length < sent) await once(api.changes, 'change');
        abandonments[how]!(agent, request);
        const upload = api.streams[0];
        while (upload.resetCode === undefined && !upload.isCutOff && !upload.isEnded) await once(api.changes, 'change');
        expect([place, declared, upload.isEnded, upload.resetCode]).toEqual([place, declared, false, 8]);
        expect(upload.bytes.equals(whole.subarray(0, sent))).toBe(true);
        expect(api.streams).toHaveLength(1);
      }
    }
  });

  it.each([
    ['shorter', half.length + 1],
    ['longer', half.length - 1],
  ])('that is %s than its Content-Length never arrives as complete', async (_what, length) => {
    await using api = await rawHttp2(certificate);
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request({ method: 'PUT', headers: [['content-length', String(length)]] });
    stream.end(half);
    await expect(response).rejects.toMatchObject({ code: 'refused' });
    while (api.streams[0]?.resetCode === undefined) await once(api.changes, 'change');
    expect(api.streams[0].isEnded).toBe(false);
  });

  it.each(['GET', 'HEAD', 'DELETE', 'POST'])('of a %s is sent with and without Content-Length', async (method) => {
    for (const headers of [[], [['content-length', String(half.length)]]] as [string, string][][]) {
      await using api = await rawHttp2(certificate, { onHeaders: () => {} });
      await using agent = await servingAgent(api.endpoint);
      const { response, stream } = agent.request({ method, headers });
      stream.end(half);
      while (!api.streams[0]?.isEnded) await once(api.changes, 'change');
      expect(api.streams[0].bytes.equals(half)).toBe(true);
      api.streams[0].head({ end: true });
      expect((await response).status).toBe(200);
      expect((await received(stream)).end).toBe('complete');
    }
  });

  it('continues after an early response, and its rest is dropped once the server resets it', async () => {
    await using api = await rawHttp2(certificate, {
      onHeaders: (stream) => {
        stream.head({ length: 2 });
        stream.data('{}', { end: true });
      },
    });
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request({ method: 'POST' });
    await response;
    const result = received(stream);
    stream.write(half);
    while (api.streams[0]!.bytes.length < half.length) await once(api.changes, 'change');
    api.streams[0]!.reset(0);
    expect(await result).toEqual({ bytes: Buffer.from('{}'), end: 'complete' });
    stream.end(randomBytes(2 << 20));
    await once(stream, 'close');
    expect(stream.errored).toBe(null);
    expect(api.streams[0]!.isEnded).toBe(false);
  });
});
