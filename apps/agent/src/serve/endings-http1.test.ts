import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import type { MuxStream } from '@postern/mux';
import { selfSigned, type TestCertificate, until, useLeakCheck } from '@postern/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { rawApiserver } from '../test/apiserver.ts';
import { type Received, received, type ServingAgent, servingAgent } from '../test/serving.ts';

/** Every way to end a response and a request over HTTP/1.1, at every point: compares what one side observes with what was done. */

useLeakCheck();
let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await selfSigned();
});

type Reader = 'at once' | 'stalled';
const wholes: Record<Reader, Buffer> = { 'at once': randomBytes(40_000), stalled: randomBytes(400_000) };

/** How the end of a response is marked. */
type Framing = 'a length' | 'chunks' | 'nothing';
const heads: Record<Framing, (length: number) => string> = {
  'a length': (length) => `HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n`,
  chunks: () => 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
  nothing: () => 'HTTP/1.1 200 OK\r\n\r\n',
};

function framed(framing: Framing, bytes: Buffer): Buffer {
  if (framing !== 'chunks' || bytes.length === 0) return bytes;
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

interface Breaking {
  socket: TLSSocket;
  /** Resets the TCP connection, without close_notify. */
  breakOff(): void;
}
const breaks: Record<string, (server: Breaking) => void> = {
  'FIN with close_notify': ({ socket }) => socket.end(),
  'FIN alone': ({ socket }) => socket.destroy(),
  'TCP reset': ({ breakOff }) => breakOff(),
};

/** Sends a response, ends it, and returns what the peer of the tunnel received. */
async function answer(
  parts: { head: string; body: Buffer; tail?: string },
  { end, reader, bytes }: { end: (server: Breaking) => void; reader: Reader; bytes: number },
): Promise<Received & { status: number }> {
  const sent = Promise.withResolvers<TLSSocket>();
  await using api = await rawApiserver(certificate, (_head, socket) => {
    socket.write(Buffer.concat([Buffer.from(parts.head), parts.body, Buffer.from(parts.tail ?? '')]), () =>
      sent.resolve(socket),
    );
  });
  await using agent = await servingAgent(api.endpoint);
  const { response, stream } = agent.request({}, { end: true });
  const { status } = await response;
  const server = { socket: await sent.promise, breakOff: () => api.breakOff() };
  if (reader === 'stalled') {
    end(server);
    for (let round = 0; round < 20; round++) await agent.gateway.session.ping();
    return { ...(await received(stream)), status };
  }
  const result = received(stream);
  // The kernel drops what has not been read when a reset arrives.
  await until(() => stream.bytesReceived >= bytes || stream.destroyed);
  end(server);
  return { ...(await result), status };
}

describe('a response over HTTP/1.1', () => {
  const cases = Object.keys(breaks).flatMap((how) =>
    (['a length', 'chunks', 'nothing'] satisfies Framing[]).map((framing) => [how, framing] as const),
  );

  it.each(cases)('that ends by %s, framed by %s, is complete only if it was', async (how, framing) => {
    const table: Record<string, unknown> = {};
    const expected: Record<string, unknown> = {};
    for (const reader of ['at once', 'stalled'] satisfies Reader[]) {
      // With a stalled reader some bytes stay in the kernel, which drops them at a reset.
      if (reader === 'stalled' && how === 'TCP reset') continue;
      const whole = wholes[reader];
      const half = whole.subarray(0, whole.length / 2);
      for (const [place, body, tail] of [
        ['after the head', Buffer.alloc(0), ''],
        ['in the middle', half, ''],
        ['after the last byte', whole, ''],
        ['after the end', whole, '0\r\n\r\n'],
      ] as const) {
        if (tail !== '' && framing !== 'chunks') continue;
        const result = await answer(
          { head: heads[framing](whole.length), body: framed(framing, body), tail },
          { end: breaks[how]!, reader, bytes: body.length },
        );
        const isWhole =
          (framing === 'a length' && body.length === whole.length) ||
          tail !== '' ||
          // Without a length the end of the connection is the end of the answer (RFC 9112, 6.3).
          (framing === 'nothing' && how !== 'TCP reset');
        const name = `${place}, read ${reader}`;
        table[name] = [result.status, result.end, result.bytes.equals(body)];
        expected[name] = [200, isWhole ? 'complete' : 'upstream-failed', true];
      }
    }
    expect(table).toEqual(expected);
  });

  it.each(Object.keys(breaks))('that never begins, because of %s, becomes a Status', async (how) => {
    for (const said of ['', 'HTTP/1.1 200 OK\r\ncontent-le', 'HTTP/1.1 100 Continue\r\n\r\n', 'SSH-2.0-x\r\n\r\n']) {
      let seen = 0;
      await using api = await rawApiserver(certificate, (_head, socket) => {
        seen++;
        socket.write(`${said}`, () => breaks[how]!({ socket, breakOff: () => api.breakOff() }));
      });
      await using agent = await servingAgent(api.endpoint);
      const { response, stream } = agent.request({ method: 'POST' });
      stream.end('{}');
      expect((await response).status).toBe(502);
      const result = await received(stream);
      expect(result.end).toBe('complete');
      expect(JSON.parse(result.bytes.toString())).toMatchObject({ kind: 'Status', code: 502 });
      expect(seen).toBe(1);
    }
  });

  it.each([
    ['HEAD', '200 OK'],
    ['GET', '204 No Content'],
    ['GET', '304 Not Modified'],
  ])('has no body for %s and %s', async (method, status) => {
    await using api = await rawApiserver(certificate, (_head, socket) =>
      socket.end(`HTTP/1.1 ${status}\r\n${status.startsWith('204') ? '' : 'content-length: 77\r\n'}\r\n`),
    );
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request({ method }, { end: true });
    expect((await response).status).toBe(Number(status.slice(0, 3)));
    expect(await received(stream)).toEqual({ bytes: Buffer.alloc(0), end: 'complete' });
  });

  it('drops trailers, and is complete with them', async () => {
    await using api = await rawApiserver(certificate, (_head, socket) =>
      socket.end(`${heads.chunks(0)}2\r\n{}\r\n0\r\nx-trailing: 1\r\n\r\n`),
    );
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request({}, { end: true });
    await response;
    expect(await received(stream)).toEqual({ bytes: Buffer.from('{}'), end: 'complete' });
  });

  it('is broken if it ends within a chunk or has an invalid one', async () => {
    for (const tail of ['ff\r\nhalf a chunk', 'not hexadecimal\r\n', '-1\r\n']) {
      const result = await answer(
        { head: heads.chunks(0), body: framed('chunks', Buffer.from('first')), tail },
        { end: ({ socket }) => socket.end(), reader: 'at once', bytes: 5 },
      );
      expect(result.end).toBe('upstream-failed');
      expect(result.bytes.toString()).toMatch(/^first(half a chunk)?$/);
    }
  });
});

const abandonments: Record<string, (stream: MuxStream, agent: ServingAgent) => void> = {
  'a reset (cancelled)': (stream) => stream.reset('cancelled', ''),
  'a reset (internal)': (stream) => stream.reset('internal', ''),
  'an abort': (stream) => stream.abort('cancelled', ''),
  'destroying the stream': (stream) => void stream.destroy(),
  'the end of the tunnel': (_stream, agent) => agent.gateway.close(1001, 'over'),
};

describe('an upload over HTTP/1.1', () => {
  it.each(Object.keys(abandonments))('broken off by %s never has a last chunk', async (how) => {
    const body = wholes['at once'];
    for (const declared of [true, false]) {
      for (const sent of [0, body.length / 2, body.length]) {
        let bytes = Buffer.alloc(0);
        const closed = Promise.withResolvers<void>();
        await using api = await rawApiserver(certificate, (_head, socket) => {
          socket.on('data', (chunk: Buffer) => {
            bytes = Buffer.concat([bytes, chunk]);
          });
          socket.on('close', () => closed.resolve());
          socket.on('end', () => socket.destroy());
        });
        await using agent = await servingAgent(api.endpoint);
        const requested = api.nextRequest();
        const { stream } = agent.request({
          method: 'POST',
          headers: declared ? [['content-length', String(body.length)]] : [],
        });
        if (sent > 0) stream.write(body.subarray(0, sent));
        else stream.write('x');
        await requested;
        await until(() => bytes.length >= sent);
        abandonments[how]!(stream, agent);
        await closed.promise;
        expect(bytes.subarray(-5).toString()).not.toBe('0\r\n\r\n');
        expect(api.requests).toHaveLength(1);
      }
    }
  });

  it.each([
    ['shorter', 1],
    ['longer', -1],
  ])('that is %s than its Content-Length never has a last chunk', async (_what, difference) => {
    const body = wholes['at once'];
    let text = '';
    await using api = await rawApiserver(certificate, (_head, socket) => {
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
      });
      socket.on('end', () => socket.destroy());
    });
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request({
      method: 'POST',
      headers: [['content-length', String(body.length + difference)]],
    });
    const requested = api.nextRequest();
    stream.write(body.subarray(0, 100));
    const { socket } = await requested;
    const closed = once(socket, 'close');
    stream.end(body.subarray(100));
    await expect(response).rejects.toMatchObject({ code: 'refused' });
    await closed;
    expect(text.endsWith('0\r\n\r\n')).toBe(false);
  });

  it('of a GET is sent as well', async () => {
    let text = '';
    await using api = await rawApiserver(certificate, (_head, socket) => {
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.endsWith('0\r\n\r\n')) socket.end(`${heads['a length'](2)}{}`);
      });
    });
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request({ method: 'GET' });
    stream.end('{"query":1}');
    expect((await response).status).toBe(200);
    expect(text).toBe('b\r\n{"query":1}\r\n0\r\n\r\n');
    expect((await received(stream)).end).toBe('complete');
  });
});
