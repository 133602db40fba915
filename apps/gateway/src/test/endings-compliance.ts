import { once } from 'node:events';
import { connect as tcpConnect } from 'node:net';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { constants, gunzipSync } from 'node:zlib';
import type { MuxStream } from '@postern/mux';
import { until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClusterRequest, clusterId, type KubeHarness, kubePath } from './kube-harness.ts';
import { RawHttp2 } from './raw-http2.ts';

/**
 * Every way in which one side can end, at every point: compares what the other side observes with what was done. Must hold for
 * every connector.
 */
export function describeEndings(startHarness: () => Promise<KubeHarness>): void {
  useLeakCheck();

  let harness: KubeHarness;
  let raw: RawHttp2[];
  beforeEach(async () => {
    harness = await startHarness();
    raw = [];
  });
  afterEach(async () => {
    for (const one of raw) one.socket.destroy();
    await harness.close();
  });

  const pods = `${kubePath}/api/v1/pods?watch=1`;
  const exec = `${kubePath}/api/v1/namespaces/a/pods/p/exec?command=x`;
  const body = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));

  /** A response as the client observed it. */
  interface Observed {
    status: number;
    body: Buffer;
    /** Whether the response was properly terminated. */
    complete: boolean;
    /** The code of RST_STREAM. */
    reset?: number | undefined;
  }

  type Client = (path: string) => Promise<Observed>;
  const json: [string, string] = ['content-type', 'application/json'];

  async function http2(
    path: string,
    headers: Record<string, string> = { authorization: 'Bearer ada' },
  ): Promise<Observed> {
    const client = await RawHttp2.connect(harness.port, harness.cert);
    raw.push(client);
    const id = client.request({ ':path': path, ...headers }, { end: true });
    const answer = client.answer(id);
    await until(() => answer.ended || answer.reset !== undefined || client.isClosed);
    return {
      status: answer.status,
      body: answer.body,
      // A reset after END_STREAM has no effect: the client already has its response.
      complete: answer.ended,
      reset: answer.reset,
    };
  }

  /** As the dashboard does; the gateway compresses the watch. */
  async function http2Browser(path: string): Promise<Observed> {
    harness.signIn('eve', 'browser');
    const headers = { cookie: 'session=eve', 'sec-fetch-site': 'same-origin', 'accept-encoding': 'gzip, br' };
    const observed = await http2(path, headers);
    // Neither errors nor short answers are compressed.
    if (!observed.body.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b]))) return observed;
    if (observed.complete) return { ...observed, body: gunzipSync(observed.body) };
    // What a browser shows of a body that is incomplete.
    return { ...observed, body: gunzipSync(observed.body, { finishFlush: constants.Z_SYNC_FLUSH }) };
  }

  async function http1(path: string): Promise<Observed> {
    const socket = await harness.connect();
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n\r\n`);
    const read = (): Observed => readAnswer(Buffer.concat(parts));
    await until(() => socket.readableEnded || socket.destroyed || read().complete);
    return read();
  }

  /** Parses the part of an HTTP/1.1 response that has arrived. */
  function readAnswer(bytes: Buffer): Observed {
    const end = bytes.indexOf('\r\n\r\n');
    if (end === -1) return { status: 0, body: Buffer.alloc(0), complete: false };
    const head = bytes.subarray(0, end).toString('latin1');
    const status = Number(head.slice(9, 12));
    const rest = bytes.subarray(end + 4);
    const length = /^content-length: (\d+)/im.exec(head)?.[1];
    if (length !== undefined) {
      return { status, body: rest.subarray(0, Number(length)), complete: rest.byteLength >= Number(length) };
    }
    const chunks: Buffer[] = [];
    for (let at = 0; ; ) {
      const line = rest.indexOf('\r\n', at);
      if (line === -1) return { status, body: Buffer.concat(chunks), complete: false };
      const size = Number.parseInt(rest.subarray(at, line).toString('latin1'), 16);
      if (size === 0) return { status, body: Buffer.concat(chunks), complete: rest.indexOf('\r\n\r\n', at) !== -1 };
      chunks.push(rest.subarray(line + 2, line + 2 + size));
      at = line + 2 + size + 2;
    }
  }

  const clients: [string, Client, boolean][] = [
    ['HTTP/1.1 chunked', http1, false],
    ['HTTP/1.1 with a length', http1, true],
    ['HTTP/2', http2, false],
    ['HTTP/2 with a length', http2, true],
    ['HTTP/2 to a browser', http2Browser, false],
    ['HTTP/2 to a browser with a length', http2Browser, true],
  ];

  /** How the cluster ends a response. `delivers`: all bytes sent before arrive. */
  const clusterEnds = {
    complete: { end: (stream: MuxStream) => void stream.end(), isWhole: true, delivers: true },
    'an abort': {
      end: (stream: MuxStream) => stream.abort('upstream-failed', 'the apiserver broke off'),
      isWhole: false,
      delivers: true,
    },
    'a reset': { end: (stream: MuxStream) => stream.reset('upstream-failed', ''), isWhole: false, delivers: false },
    'the end of the tunnel': {
      end: () => harness.registry.of(clusterId)[0]?.tunnel.close(1000, 'gone'),
      isWhole: false,
      delivers: false,
    },
    'GOAWAY, then complete': {
      end: (stream: MuxStream) => {
        for (const { tunnel } of harness.registry.of(clusterId)) tunnel.session.goAway({ code: 1001, retryAfterMs: 0 });
        stream.end();
      },
      isWhole: true,
      delivers: true,
    },
  } as const;
  const places = {
    'before the head': -1,
    'after the head': 0,
    'in the middle': 50_000,
    'at the last byte': body.byteLength,
  };

  describe.each(clients)('a response over %s', (_, ask, hasLength) => {
    describe.each(Object.entries(clusterEnds))('that ends with %s', (how, { end, isWhole, delivers }) => {
      it.each(Object.entries(places))('%s', async (_place, at) => {
        harness.onRequest = ({ respond, stream }) => {
          stream.resume();
          if (at >= 0) {
            // A complete response announces its actual length, a truncated one its intended length.
            const length = how.includes('complete') ? at : body.byteLength;
            respond({
              status: 200,
              headers: [json, ...(hasLength ? [['content-length', String(length)] as [string, string]] : [])],
            });
          }
          if (at > 0) stream.write(body.subarray(0, at));
          end(stream);
        };
        // Not applicable: END without a head violates the protocol.
        if (at < 0 && isWhole) return;
        const result = await ask(pods);
        if (at < 0) {
          expect(result.complete).toBe(true);
          expect(result.status).toBeGreaterThanOrEqual(502);
          expect(JSON.parse(result.body.toString())).toMatchObject({ kind: 'Status', status: 'Failure' });
          return;
        }
        // Once all announced bytes have arrived, the response is complete, whatever follows.
        const hasAll = hasLength && result.body.byteLength === body.byteLength && !ask.name.includes('2');
        if (result.status >= 500) expect(delivers).toBe(false);
        else expect(result.complete).toBe(isWhole || hasAll);
        if (result.status === 200 && !isWhole && !result.complete && ask !== http1) expect(result.reset).toBe(2);
        if (delivers) expect(result.body.equals(body.subarray(0, at))).toBe(true);
        else if (result.status === 200) expect(body.subarray(0, result.body.byteLength).equals(result.body)).toBe(true);
      });
    });

    it.each([
      ['too short by one byte', 1_001, 1_000],
      ['missing', 1_000, 0],
      ['much too short', 90_000, 10],
      ['too long by one byte', 999, 1_000],
      ['not announced', 0, 1_000],
      ['much too long', 10, 90_000],
    ])('whose body is %s is reported as broken', async (_case, announced, sent) => {
      harness.onRequest = ({ respond, stream }) => {
        stream.resume();
        respond({ status: 200, headers: [json, ['content-length', String(announced)]] });
        stream.end(body.subarray(0, sent));
      };
      const result = await ask(pods);
      if (ask !== http1) expect(result.complete).toBe(false);
      // Excess bytes never become part of the next response; a client that has the announced bytes has everything.
      else expect(result.complete).toBe(result.body.byteLength === announced);
      expect(result.body.byteLength).toBeLessThanOrEqual(Math.min(announced, sent));
    });

    it.each(['-1', 'x', '1e3', '+5', '0x5', '5, 5', '', '99999999999999999999'])(
      'with the Content-Length %j is refused',
      async (length) => {
        harness.onRequest = ({ respond, stream }) => {
          stream.resume();
          respond({ status: 200, headers: [['content-length', length]] });
          stream.end('hello');
        };
        expect((await ask(pods)).status).toBe(502);
      },
    );
  });

  it('a response that is too long does not spill into the next one on the connection', async () => {
    harness.onRequest = ({ respond, stream }) => {
      stream.resume();
      respond({ status: 200, headers: [['content-length', '2']] });
      stream.end('okHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison');
    };
    const socket = await harness.connect();
    let text = '';
    socket.on('data', (part: Buffer) => {
      text += part.toString('latin1');
    });
    const request = `GET ${kubePath}/api HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n\r\n`;
    socket.write(request + request);
    await until(() => socket.readableEnded || socket.destroyed);
    expect(text).not.toContain('poison');
    expect(text.match(/^HTTP\/1\.1/gm)).toHaveLength(1);
  });

  /** An upload as the cluster observed it. */
  interface Upload {
    bytes: number;
    end: 'complete' | 'broken' | undefined;
  }

  function watchUpload(): Upload {
    const upload: Upload = { bytes: 0, end: undefined };
    harness.onRequest = ({ stream }: ClusterRequest) => {
      stream.on('data', (part: Buffer) => {
        upload.bytes += part.byteLength;
      });
      stream.once('end', () => {
        upload.end = 'complete';
      });
      stream.once('close', () => {
        upload.end ??= 'broken';
      });
    };
    return upload;
  }

  describe('an upload over HTTP/2', () => {
    const ends: Record<string, { end(client: RawHttp2, id: number): void; isWhole: boolean }> = {
      complete: { end: (client, id) => client.data(id, Buffer.alloc(0), { end: true }), isWhole: true },
      'RST_STREAM NO_ERROR': { end: (client, id) => client.reset(id, 0), isWhole: false },
      'RST_STREAM PROTOCOL_ERROR': { end: (client, id) => client.reset(id, 1), isWhole: false },
      'RST_STREAM INTERNAL_ERROR': { end: (client, id) => client.reset(id, 2), isWhole: false },
      'RST_STREAM CANCEL': { end: (client, id) => client.reset(id, 8), isWhole: false },
      'the end of the connection': { end: (client) => void client.socket.end(), isWhole: false },
      'the loss of the connection': { end: (client) => void client.socket.destroy(), isWhole: false },
      'GOAWAY, then complete': {
        end: (client, id) => {
          client.goAway();
          client.data(id, Buffer.alloc(0), { end: true });
        },
        isWhole: true,
      },
    };
    describe.each(Object.entries(ends))('that ends with %s', (_, { end, isWhole }) => {
      it.each([
        ['before the body', 0, false],
        ['in the middle', 9_000, false],
        ['in the middle of an announced length', 9_000, true],
        ['at the last byte', 16_000, false],
        ['at the last byte of an announced length', 16_000, true],
      ])('%s', async (_place, at, hasLength) => {
        const upload = watchUpload();
        const client = await RawHttp2.connect(harness.port, harness.cert);
        raw.push(client);
        const length: Record<string, string> = hasLength ? { 'content-length': '16000' } : {};
        const headers = { ':method': 'PUT', ':path': pods, authorization: 'Bearer ada', ...length };
        const id = client.request(headers, { end: false });
        if (at > 0) client.data(id, body.subarray(0, at));
        // At 9,000 the end is sent together with the bytes, otherwise after they have arrived.
        if (at !== 9_000) await until(() => upload.bytes === at && harness.seen.length === 1);
        end(client, id);
        await until(() => upload.end !== undefined || (harness.seen.length === 0 && client.isClosed));
        const isShort = hasLength && at < 16_000;
        if (upload.end !== undefined) expect(upload.end).toBe(isWhole && !isShort ? 'complete' : 'broken');
        if (upload.end === 'complete') expect(upload.bytes).toBe(at);
        else expect(upload.bytes).toBeLessThanOrEqual(at);
      });
    });

    it.each(['GET', 'DELETE', 'POST', 'PUT', 'PATCH'])('by %s without a length arrives whole', async (method) => {
      const upload = watchUpload();
      const client = await RawHttp2.connect(harness.port, harness.cert);
      raw.push(client);
      const id = client.request({ ':method': method, ':path': pods, authorization: 'Bearer ada' }, { end: false });
      client.data(id, Buffer.from('{"kind":"DeleteOptions"}'), { end: true });
      await until(() => upload.end !== undefined);
      expect(upload).toEqual({ bytes: 24, end: 'complete' });
    });
  });

  describe('an upload over HTTP/1.1', () => {
    const ends: Record<string, (socket: TLSSocket, reset: () => void) => void> = {
      FIN: (socket) => void socket.end(),
      RST: (_socket, reset) => reset(),
      'the loss of the connection': (socket) => void socket.destroy(),
    };
    describe.each(Object.entries(ends))('that ends with %s', (_, end) => {
      it.each([
        ['before the body', 'Content-Length: 16', '', 0],
        ['in the middle of a length', 'Content-Length: 16', 'half of ', 8],
        ['one byte before the end of a length', 'Content-Length: 16', 'all but one byte'.slice(1), 15],
        ['before the first chunk', 'Transfer-Encoding: chunked', '', 0],
        ['in the middle of a chunk', 'Transfer-Encoding: chunked', '10\r\nhalf of ', 8],
        ['at the last byte of a chunk', 'Transfer-Encoding: chunked', '5\r\nhello', 5],
        ['between two chunks', 'Transfer-Encoding: chunked', '5\r\nhello\r\n', 5],
        ['in the size of a chunk', 'Transfer-Encoding: chunked', '5\r\nhello\r\n1', 5],
        ['within the last chunk', 'Transfer-Encoding: chunked', '5\r\nhello\r\n0\r\n', 5],
        ['with an invalid chunk', 'Transfer-Encoding: chunked', '5\r\nhello\r\nzz\r\n', 5],
      ])('%s', async (_place, header, text, bytes) => {
        const upload = watchUpload();
        const { socket, reset } = await connectTcp();
        socket.write(`PUT ${pods} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n${header}\r\n\r\n${text}`);
        await until(() => upload.bytes === bytes && harness.seen.length === 1);
        end(socket, reset);
        await until(() => upload.end !== undefined);
        expect(upload).toEqual({ bytes, end: 'broken' });
      });
    });

    it.each([
      ['a length', 'Content-Length: 5\r\n\r\nhello'],
      ['chunks', 'Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n'],
    ])('with %s arrives complete', async (_, text) => {
      const upload = watchUpload();
      const { socket } = await connectTcp();
      socket.write(`PUT ${pods} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n${text}`);
      await until(() => upload.end !== undefined);
      expect(upload).toEqual({ bytes: 5, end: 'complete' });
      socket.destroy();
    });
  });

  /** A TLS connection whose TCP connection can be reset. */
  async function connectTcp(): Promise<{ socket: TLSSocket; reset: () => void }> {
    const tcp = tcpConnect(harness.port, '127.0.0.1');
    tcp.on('error', () => {});
    const socket = tlsConnect({ socket: tcp, ca: harness.cert, host: '127.0.0.1', ALPNProtocols: ['http/1.1'] });
    socket.on('error', () => {});
    await once(socket, 'secureConnect');
    return { socket, reset: () => void tcp.resetAndDestroy() };
  }

  describe('an upgraded connection', () => {
    const upgrade = `POST ${exec} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n`;
    const switched = { status: 101, headers: [['upgrade', 'SPDY/3.1']] as [string, string][] };

    async function open(): Promise<{ socket: TLSSocket; reset: () => void; got: () => Buffer; isOver: () => boolean }> {
      const { socket, reset } = await connectTcp();
      const parts: Buffer[] = [];
      socket.on('data', (part: Buffer) => parts.push(part));
      socket.write(upgrade);
      const got = (): Buffer => {
        const all = Buffer.concat(parts);
        const end = all.indexOf('\r\n\r\n');
        return end === -1 ? Buffer.alloc(0) : all.subarray(end + 4);
      };
      return { socket, reset, got, isOver: () => socket.readableEnded || socket.destroyed };
    }

    describe.each(Object.entries(clusterEnds))('that the cluster ends with %s', (_, { end, delivers }) => {
      it.each([
        ['after the head', 0],
        ['in the middle', 50_000],
        ['at the last byte', body.byteLength],
      ])('%s', async (_place, at) => {
        harness.onRequest = ({ respond, stream }) => {
          respond(switched);
          stream.resume();
          if (at > 0) stream.write(body.subarray(0, at));
          end(stream);
        };
        const { socket, got, isOver } = await open();
        await until(isOver);
        const bytes = got();
        if (delivers) expect(bytes.equals(body.subarray(0, at))).toBe(true);
        else expect(body.subarray(0, bytes.byteLength).equals(bytes) || bytes.includes('"Status"')).toBe(true);
        socket.destroy();
      });
    });

    it.each(['an abort', 'a reset', 'the end of the tunnel'] as const)(
      'that ends with %s before the head gets an error',
      async (how) => {
        harness.onRequest = ({ stream }) => clusterEnds[how].end(stream);
        const { socket, got, isOver } = await open();
        await until(isOver);
        expect(JSON.parse(got().toString())).toMatchObject({ kind: 'Status', status: 'Failure' });
        socket.destroy();
      },
    );

    describe.each([
      ['FIN', true],
      ['RST', false],
      ['the loss of the connection', undefined],
    ])('that the client ends with %s', (how, isWhole) => {
      it.each([
        ['at once', 0],
        ['after some bytes', 1_000],
        ['after more than a window', 100_000],
      ])('%s: all earlier bytes reach the cluster', async (_place, at) => {
        const upload = watchUpload();
        const { onRequest } = harness;
        harness.onRequest = (request) => {
          request.respond(switched);
          onRequest(request);
        };
        const { socket, reset } = await open();
        await once(socket, 'data');
        if (at > 0) socket.write(body.subarray(0, at));
        await until(() => upload.bytes === at);
        if (how === 'FIN') socket.end();
        else if (how === 'RST') reset();
        else socket.destroy();
        await until(() => upload.end !== undefined);
        expect(upload.bytes).toBe(at);
        if (isWhole !== undefined) expect(upload.end).toBe(isWhole ? 'complete' : 'broken');
        socket.destroy();
      });
    });

    it('loses no bytes when its client disconnects right after sending them, however slow the cluster is', async () => {
      const upload: Upload = { bytes: 0, end: undefined };
      let cluster: MuxStream | undefined;
      harness.onRequest = ({ respond, stream }) => {
        respond(switched);
        cluster = stream;
      };
      const { socket } = await open();
      await once(socket, 'data');
      // More than the window of the stream: the rest waits in the gateway.
      socket.end(Buffer.alloc(300_000, 'x'), () => socket.destroy());
      await once(socket, 'close');
      cluster?.on('data', (part: Buffer) => {
        upload.bytes += part.byteLength;
      });
      cluster?.once('end', () => {
        upload.end = 'complete';
      });
      cluster?.once('close', () => {
        upload.end ??= 'broken';
      });
      await until(() => upload.bytes === 300_000 && upload.end !== undefined);
    });

    it('is cut at once when the credential ends, even with data pending', async () => {
      let cluster: MuxStream | undefined;
      harness.onRequest = ({ respond, stream }) => {
        respond(switched);
        cluster = stream;
        stream.write(Buffer.alloc(200_000));
      };
      const { socket } = await open();
      await once(socket, 'data');
      socket.pause();
      harness.authenticator.principals.delete('ada');
      await until(() => cluster?.destroyed === true);
      socket.resume();
      await until(() => socket.readableEnded || socket.destroyed);
      socket.destroy();
    });
  });
}
