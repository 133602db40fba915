import { once } from 'node:events';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';

/** A frame as received: a library might hide how a stream ended. */
interface Frame {
  type: number;
  flags: number;
  stream: number;
  payload: Buffer;
}

const types = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7, windowUpdate: 8 } as const;
const endStream = 0x1;
const endHeaders = 0x4;

/** A response as an HTTP/2 client observed it. */
export interface RawAnswer {
  status: number;
  body: Buffer;
  /** Whether END_STREAM was received. */
  ended: boolean;
  /** The code of RST_STREAM, if one was received. */
  reset: number | undefined;
}

/** An HTTP/2 client on the level of frames (RFC 9113): it can end a stream in every way, and distinguishes every way. */
export class RawHttp2 {
  readonly socket: TLSSocket;
  readonly #answers = new Map<number, RawAnswer>();
  #unread = Buffer.alloc(0);
  #nextStream = 1;
  isClosed = false;

  static async connect(port: number, ca: string): Promise<RawHttp2> {
    const socket = tlsConnect({ host: '127.0.0.1', port, ca, ALPNProtocols: ['h2'] });
    await once(socket, 'secureConnect');
    return new RawHttp2(socket);
  }

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.once('close', () => {
      this.isClosed = true;
    });
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    this.#send({ type: types.settings, flags: 0, stream: 0, payload: Buffer.alloc(0) });
  }

  /** Opens a stream. @returns its id. */
  request(headers: Record<string, string>, { end }: { end: boolean }): number {
    const stream = this.#nextStream;
    this.#nextStream += 2;
    this.#answers.set(stream, { status: 0, body: Buffer.alloc(0), ended: false, reset: undefined });
    const all = { ':method': 'GET', ':scheme': 'https', ':authority': 'x', ...headers };
    const payload = Buffer.concat(Object.entries(all).map(([name, value]) => literal(name, value)));
    this.#send({ type: types.headers, flags: endHeaders | (end ? endStream : 0), stream, payload });
    return stream;
  }

  data(stream: number, payload: Buffer, { end = false } = {}): void {
    this.#send({ type: types.data, flags: end ? endStream : 0, stream, payload });
  }

  /** RST_STREAM. */
  reset(stream: number, code: number): void {
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(code);
    this.#send({ type: types.reset, flags: 0, stream, payload });
  }

  goAway(): void {
    this.#send({ type: types.goaway, flags: 0, stream: 0, payload: Buffer.alloc(8) });
  }

  answer(stream: number): RawAnswer {
    const answer = this.#answers.get(stream);
    if (answer === undefined) throw new Error(`no stream ${stream}`);
    return answer;
  }

  #send({ type, flags, stream, payload }: Frame): void {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.byteLength, 0, 3);
    head.writeUInt8(type, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(stream, 5);
    this.socket.write(Buffer.concat([head, payload]));
  }

  #read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    while (this.#unread.byteLength >= 9) {
      const length = this.#unread.readUIntBE(0, 3);
      if (this.#unread.byteLength < 9 + length) return;
      this.#take({
        type: this.#unread.readUInt8(3),
        flags: this.#unread.readUInt8(4),
        stream: this.#unread.readUInt32BE(5),
        payload: this.#unread.subarray(9, 9 + length),
      });
      this.#unread = this.#unread.subarray(9 + length);
    }
  }

  #take({ type, flags, stream, payload }: Frame): void {
    if (type === types.settings && flags === 0) {
      this.#send({ type: types.settings, flags: 1, stream: 0, payload: Buffer.alloc(0) });
    }
    if (type === types.ping && flags === 0) this.#send({ type: types.ping, flags: 1, stream: 0, payload });
    const answer = this.#answers.get(stream);
    if (answer === undefined) return;
    if (type === types.headers) answer.status = statusOf(payload);
    if (type === types.data) {
      answer.body = Buffer.concat([answer.body, payload]);
      if (payload.byteLength > 0) this.#credit(stream, payload.byteLength);
    }
    if ((type === types.headers || type === types.data) && (flags & endStream) !== 0) answer.ended = true;
    if (type === types.reset) answer.reset = payload.readUInt32BE(0);
  }

  #credit(stream: number, bytes: number): void {
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(bytes);
    this.#send({ type: types.windowUpdate, flags: 0, stream: 0, payload });
    this.#send({ type: types.windowUpdate, flags: 0, stream, payload });
  }
}

/** A literal header field without indexing (RFC 7541, 6.2.2), names and values below 127 bytes. */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
}

/** Node sends `:status` first: from the static table (RFC 7541, A), or as a literal. */
function statusOf(block: Buffer): number {
  const indexed = new Map([
    [0x88, 200],
    [0x89, 204],
    [0x8a, 206],
    [0x8b, 304],
    [0x8c, 400],
    [0x8d, 404],
    [0x8e, 500],
  ]).get(block.readUInt8(0));
  if (indexed !== undefined) return indexed;
  const length = block.readUInt8(1);
  const text = block.subarray(2, 2 + (length & 0x7f));
  if ((length & 0x80) === 0) return Number(text.toString());
  return huffmanDigits(text);
}

/** The Huffman code of the digits (RFC 7541, B): 0, 1, 2 have five bits, 3 to 9 six. */
function huffmanDigits(bytes: Buffer): number {
  let bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  let digits = '';
  while (digits.length < 3) {
    const five = Number.parseInt(bits.slice(0, 5), 2);
    if (five < 3) {
      digits += five;
      bits = bits.slice(5);
    } else {
      digits += Number.parseInt(bits.slice(0, 6), 2) - 25 + 3;
      bits = bits.slice(6);
    }
  }
  return Number(digits);
}
