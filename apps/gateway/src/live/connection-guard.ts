import type { Socket as EngineSocket } from 'engine.io';
import type { Logger } from 'pino';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { Flood } from './flood.ts';
import type { Unread } from './unread.ts';

/** While this many bytes wait, pings are not answered. */
const pongMark = 64 * 1024;
/** Cost of a queued packet in addition to its bytes. */
const packetBytes = 128;
/** How long the other side has to answer our close, in milliseconds. */
const closeMs = 1_000;

/** Close codes of live connections; 4408 and 4429 as on the tunnel (docs/protocol.md). */
const codes = { slow: 4408, limit: 4429, protocol: 4400 } as const;

/**
 * engine.io's WebSocket server, in which the guard answers pings: `ws` would queue an answer for every ping of a browser that
 * does not read. Limits the fragments of a message to a few hundred.
 */
export class GuardedWebSocketServer extends WebSocketServer {
  constructor(options: ServerOptions) {
    super({ ...options, autoPong: false, maxFragments: 256, maxBufferedChunks: 4_096 });
  }
}

export interface GuardOptions {
  userId: string;
  flood: Flood;
  unread: Unread;
  logger: Logger;
}

/** Limits what one live connection may send, below the level of socket.io, and what may wait for it. */
export class ConnectionGuard {
  readonly #options: GuardOptions;
  readonly #connection: EngineSocket;
  readonly #ws: WebSocket;
  /** Bytes in engine.io's own queue, above the WebSocket's. */
  #waiting = 0;
  #isBinaryOpen = false;
  #isEnded = false;

  constructor(connection: EngineSocket, options: GuardOptions) {
    this.#options = options;
    this.#connection = connection;
    // Not in engine.io's types, but the only way to the WebSocket itself.
    this.#ws = (connection.transport as unknown as { socket: WebSocket }).socket;
    // Before engine.io's own listener, so that excess messages are not even parsed.
    this.#ws.prependListener('message', (data, isBinary) => this.#received(sizeOf(data), isBinary));
    this.#ws.on('ping', (data: Buffer) => {
      if (this.#count(data.byteLength) && this.#ws.bufferedAmount < pongMark) this.#ws.pong(data);
    });
    this.#ws.on('pong', (data: Buffer) => this.#count(data.byteLength));
    connection.on('packetCreate', (packet: { data?: unknown }) => this.#queued(packet));
    connection.on('flush', () => {
      this.#waiting = 0;
    });
    const leave = options.unread.add(options.userId, this);
    this.#ws.once('close', leave);
  }

  /** Bytes that were sent and not yet accepted by the connection. */
  unread(): number {
    return this.#waiting + this.#ws.bufferedAmount;
  }

  /** Calls back each time the connection has accepted everything passed to it; more may be waiting in engine.io's queue. */
  onTaken(listener: () => void): void {
    this.#connection.transport.on('drain', listener);
  }

  /** Ends the connection after everything sent, at the latest after a second. Nothing more is received from it. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const deadline = setTimeout(() => this.#ws.terminate(), closeMs);
    this.#ws.once('close', () => clearTimeout(deadline));
    this.#connection.close();
  }

  #received(bytes: number, isBinary: boolean): void {
    // No event of ours has two attachments, and a packet that waits for them takes memory.
    if (isBinary && this.#isBinaryOpen) this.#drop('protocol', 'more than one attachment');
    this.#isBinaryOpen = isBinary;
    this.#count(bytes);
  }

  #count(bytes: number): boolean {
    if (this.#isEnded) return false;
    const { flood, userId } = this.#options;
    if (flood.allows(userId, bytes)) return true;
    this.#drop('limit', 'too many messages: try again in a few seconds');
    return false;
  }

  #queued({ data }: { data?: unknown }): void {
    this.#waiting += packetBytes + sizeOf(data);
    const { unread, userId } = this.#options;
    if (this.#isEnded || !unread.isTooMuch(userId, this)) return;
    this.#drop('slow', 'the browser does not read what it is sent');
    // A browser that does not read would get none of this, and what waits for it takes memory.
    this.#ws.terminate();
  }

  #drop(code: keyof typeof codes, reason: string): void {
    if (this.#isEnded) return;
    this.#options.logger.info({ userId: this.#options.userId, reason }, 'a live connection was cut off');
    // Before engine.io closes without a code.
    this.#ws.close(codes[code], reason);
    this.end();
    this.#connection.close(true);
  }
}

function sizeOf(data: unknown): number {
  if (typeof data === 'string') return data.length;
  if (Array.isArray(data)) return data.reduce((sum: number, part: unknown) => sum + sizeOf(part), 0);
  return ArrayBuffer.isView(data) || data instanceof ArrayBuffer ? data.byteLength : 0;
}
