import { EventEmitter, once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { TestCertificate } from '@postern/testkit';
import type { ClusterEndpoint } from '../cluster/endpoint.ts';
import { endpointOf } from './apiserver.ts';

const type = { data: 0, headers: 1, rst: 3, settings: 4, ping: 6, goaway: 7, windowUpdate: 8 } as const;
const endStream = 1;
const endHeaders = 4;
const ack = 1;
const prefaceLength = 24;

/** A stream as the server has seen it on the wire. */
export interface RawStream {
  readonly id: number;
  /** The body so far. */
  bytes: Buffer;
  /** Whether END_STREAM was received. */
  isEnded: boolean;
  /** The code of RST_STREAM, if one was received. */
  resetCode: number | undefined;
  /** Whether its connection has closed. */
  isCutOff: boolean;
  readonly connection: RawConnection;
  /** Sends a status and a content-length. */
  head(fields?: { status?: number; length?: number; end?: boolean }): void;
  data(bytes: Buffer | string, options?: { end?: boolean }): void;
  trailers(): void;
  reset(code: number): void;
}

interface RawConnection {
  readonly number: number;
  readonly socket: TLSSocket;
  /** The TCP connection below, for resetting it. */
  readonly tcp: Socket;
  goAway(code: number, lastStream: number): void;
  send(frame: Buffer): void;
  /** Resolves when everything sent so far has left the process. */
  flush(): Promise<void>;
}

/** An HTTP/2 server on the level of frames: a test controls exactly what is sent and sees exactly what arrives. */
export interface RawHttp2 extends AsyncDisposable {
  endpoint: ClusterEndpoint;
  streams: RawStream[];
  connections: number;
  /** Emits `change` when something arrives. */
  changes: EventEmitter;
}

export async function rawHttp2(
  certificate: TestCertificate,
  options: { onHeaders?: (stream: RawStream) => void; window?: number } = {},
): Promise<RawHttp2> {
  const changes = new EventEmitter().setMaxListeners(0);
  const tcps = new Map<number, Socket>();
  const server = createServer({ ...certificate, ALPNProtocols: ['h2'] }, (socket) => {
    const tcp = tcps.get(socket.remotePort ?? 0);
    if (tcp === undefined) throw new Error('a TLS connection without TCP');
    serve(socket, tcp);
  });
  server.on('tlsClientError', () => {});
  server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? 0;
    tcps.set(port, socket);
    socket.on('error', () => {});
    socket.on('close', () => tcps.delete(port));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  function serve(socket: TLSSocket, tcp: Socket): void {
    const streams = new Map<number, RawStream>();
    const settled = Promise.withResolvers<void>();
    const connection: RawConnection = {
      number: ++fake.connections,
      socket,
      tcp,
      send: (bytes) => void socket.write(bytes),
      flush: () =>
        new Promise((resolve) => {
          // A frame that causes no reply: a peer that writes after a reset loses what it has not read.
          if (socket.writable) socket.write(frame(type.windowUpdate, { payload: u32(1) }), () => resolve());
          else resolve();
        }),
      goAway: (code, lastStream) => connection.send(frame(type.goaway, { payload: u32(lastStream, code) })),
    };
    connection.send(
      frame(type.settings, { payload: Buffer.concat([Buffer.from([0, 4]), u32(options.window ?? 1 << 20)]) }),
    );
    connection.send(frame(type.windowUpdate, { payload: u32(1 << 29) }));
    socket.on('error', () => {});
    socket.on('close', () => {
      for (const stream of streams.values()) stream.isCutOff = true;
      changes.emit('change');
    });
    readFrames(socket, ({ kind, flags, id, payload }) => {
      if (kind === type.settings && flags & ack) settled.resolve();
      if (kind === type.settings && !(flags & ack)) connection.send(frame(type.settings, { flags: ack }));
      if (kind === type.ping && !(flags & ack)) connection.send(frame(type.ping, { flags: ack, payload }));
      let stream = streams.get(id);
      if (kind === type.headers) {
        stream = rawStream(id, connection);
        streams.set(id, stream);
        fake.streams.push(stream);
      }
      if (stream === undefined) return;
      if (kind === type.data) stream.bytes = Buffer.concat([stream.bytes, payload]);
      if ((kind === type.data || kind === type.headers) && flags & endStream) stream.isEnded = true;
      if (kind === type.rst) stream.resetCode = payload.readUInt32BE(0);
      // Only once the connection is set up, so that what the test does affects its stream and not the handshake.
      if (kind === type.headers) void settled.promise.then(() => stream && options.onHeaders?.(stream));
      changes.emit('change');
    });
  }

  const fake: RawHttp2 = {
    endpoint: endpointOf((server.address() as AddressInfo).port, certificate),
    streams: [],
    connections: 0,
    changes,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of tcps.values()) socket.destroy();
      await closed;
    },
  };
  return fake;
}

function rawStream(id: number, connection: RawConnection): RawStream {
  return {
    id,
    bytes: Buffer.alloc(0),
    isEnded: false,
    resetCode: undefined,
    isCutOff: false,
    connection,
    head: ({ status = 200, length, end = false } = {}) => {
      const fields = [literal(8, String(status)), ...(length === undefined ? [] : [literal(28, String(length))])];
      const flags = endHeaders | (end ? endStream : 0);
      connection.send(frame(type.headers, { flags, id, payload: Buffer.concat(fields) }));
    },
    data: (bytes, { end = false } = {}) => {
      const whole = Buffer.from(bytes);
      let at = 0;
      do {
        const payload = whole.subarray(at, at + 16_384);
        at += 16_384;
        const flags = end && at >= whole.length ? endStream : 0;
        connection.send(frame(type.data, { flags, id, payload }));
      } while (at < whole.length);
    },
    trailers: () => {
      const flags = endHeaders | endStream;
      connection.send(frame(type.headers, { flags, id, payload: literal(58, 'trailing') }));
    },
    reset: (code) => connection.send(frame(type.rst, { id, payload: u32(code) })),
  };
}

/** A field whose name is in HPACK's static table, not indexed (RFC 7541, 6.2.2 and appendix A). */
function literal(index: number, value: string): Buffer {
  const name = index < 15 ? [index] : [15, index - 15];
  return Buffer.concat([Buffer.from([...name, value.length]), Buffer.from(value)]);
}

function u32(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number, 4 * index);
  return bytes;
}

function frame(kind: number, options: { flags?: number; id?: number; payload?: Buffer } = {}): Buffer {
  const { flags = 0, id = 0, payload = Buffer.alloc(0) } = options;
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = kind;
  header[4] = flags;
  header.writeUInt32BE(id, 5);
  return Buffer.concat([header, payload]);
}

interface Frame {
  kind: number;
  flags: number;
  id: number;
  payload: Buffer;
}

function readFrames(socket: TLSSocket, onFrame: (frame: Frame) => void): void {
  let waiting: Buffer = Buffer.alloc(0);
  let hasPreface = false;
  socket.on('data', (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    if (!hasPreface) {
      if (waiting.length < prefaceLength) return;
      waiting = waiting.subarray(prefaceLength);
      hasPreface = true;
    }
    while (waiting.length >= 9) {
      const length = waiting.readUIntBE(0, 3);
      if (waiting.length < 9 + length) return;
      const payload = waiting.subarray(9, 9 + length);
      const read = { kind: waiting[3] ?? 0, flags: waiting[4] ?? 0, id: waiting.readUInt32BE(5) & 0x7fffffff, payload };
      waiting = waiting.subarray(9 + length);
      onFrame(read);
    }
  });
}
