import type { Socket as EngineSocket } from 'engine.io';
import type { Logger } from 'pino';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { Flood } from './flood.ts';
import type { Unread } from './unread.ts';

/** The largest answer to a ping is small; while this much waits, pings go unanswered. */
const pongMark = 64 * 1024;
/** What a packet in a queue costs beside its bytes. */
const packetBytes = 128;
/** How long the other side has to answer our close. */
const closeMs = 1_000;

/** Close codes of live connections; 4408 and 4429 as on the tunnel (docs/protocol.md). */
const codes = { slow: 4408, limit: 4429, protocol: 4400 } as const;

/**
 * engine.io's WebSocket server, with answers to pings left to the guard: `ws` would queue one for each ping of a browser that
 * does not read. A message is a few hundred segments of a network at most.
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

/** Bounds what one live connection may send, below everything that socket.io makes of it, and what may wait for it. */
export class ConnectionGuard {
  readonly #options: GuardOptions;
  readonly #connection: EngineSocket;
  readonly #ws: WebSocket;
  /** In engine.io's own queue, above the WebSocket's. */
  #waiting = 0;
  #isBinaryOpen = false;
  #isEnded = false;

  constructor(connection: EngineSocket, options: GuardOptions) {
    this.#options = options;
    this.#connection = connection;
    // Its types hide it; nothing else is the connection itself.
    this.#ws = (connection.transport as unknown as { socket: WebSocket }).socket;
    // Before engine.io's own listener: what is too much is not even parsed.
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

  /** Bytes that were sent and that the connection has not taken. */
  unread(): number {
    return this.#waiting + this.#ws.bufferedAmount;
  }

  /** Calls back each time that the connection has taken what was handed to it; more may be waiting above. */
  onTaken(listener: () => void): void {
    this.#connection.transport.on('drain', listener);
  }

  /** Ends the connection behind what was sent, and after a second whether or not that was read. Nothing more is heard from it. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const deadline = setTimeout(() => this.#ws.terminate(), closeMs);
    this.#ws.once('close', () => clearTimeout(deadline));
    this.#connection.close();
  }

  #received(bytes: number, isBinary: boolean): void {
    // No event of ours has two attachments, and what a packet still waits for is memory.
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
    // Nothing of this reaches a browser that does not read, and everything that waits for it is memory.
    this.#ws.terminate();
  }

  #drop(code: keyof typeof codes, reason: string): void {
    if (this.#isEnded) return;
    this.#options.logger.info({ userId: this.#options.userId, reason }, 'a live connection was cut off');
    // Before engine.io, which closes without a code.
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
