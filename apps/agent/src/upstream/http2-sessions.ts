import { type ClientHttp2Session, type ClientHttp2Stream, connect, type SecureClientSessionOptions } from 'node:http2';
import type { Socket } from 'node:net';
import type { Connection } from './dial.ts';
import { nextWindow, streamWindow } from './stream-window.ts';

/** kube-apiserver allows 100 streams a connection since 1.28 (CVE-2023-44487). */
const maxStreams = 90;
const connectionWindow = 16 * 1024 * 1024;
/** Node refuses new streams above it; the windows of the streams bound what is held. */
const sessionMemoryMb = 64;
/** Above the 64 KiB that a tunnel passes on, so that a sentence can say what was too large. */
const maxHeaderBytes = 256 * 1024;
const maxHeaders = 1024;
/** As client-go: a connection that was silent this long is asked whether it lives. */
const pingEveryMs = 30_000;
const pingTimeoutMs = 15_000;
/** Sessions beyond the first end after this long without a stream. */
const idleMs = 60_000;

/** An HTTP/2 connection to the apiserver, with what is known of it. */
export interface Http2Connection {
  readonly session: ClientHttp2Session;
  /** The highest stream that the server may have acted upon, once it has sent GOAWAY. */
  readonly lastStream: number | undefined;
  /** Counts a stream for as long as it lives. */
  count(stream: ClientHttp2Stream): void;
}

/** A connection with its count of streams; the server may allow fewer than we take. */
interface Entry extends Http2Connection {
  readonly socket: Socket;
  lastStream: number | undefined;
  /** It takes no new streams. */
  isRetired: boolean;
  streams: number;
  /** What the server was last told. */
  window: number;
  /** By the monotonic clock. */
  idleSince: number;
}

/**
 * HTTP/2 connections to the apiserver, opened as streams need them. A session that got a GOAWAY, an error or no answer to
 * its PING takes no new streams; those under way end with it.
 */
export class Http2Sessions {
  readonly #authority: string;
  /** Until they are closed, also those that take no new streams. */
  readonly #entries = new Set<Entry>();
  readonly #timer: NodeJS.Timeout;
  /** On all connections, also those that take no new streams. */
  #streams = 0;
  #window = streamWindow(0);

  constructor(server: URL) {
    this.#authority = server.origin;
    this.#timer = setInterval(() => this.#check(), pingEveryMs);
    this.#timer.unref();
  }

  /** A connection with room for one more stream, or undefined: then dial and `add`. */
  find(): Http2Connection | undefined {
    for (const entry of this.#entries) if (hasRoom(entry)) return entry;
    return undefined;
  }

  /** Takes over a connection that speaks HTTP/2. */
  add({ socket }: Connection): void {
    const options: SecureClientSessionOptions & { strictSingleValueFields: boolean } = {
      createConnection: () => socket as Socket,
      maxSessionMemory: sessionMemoryMb,
      maxHeaderListPairs: maxHeaders,
      settings: { initialWindowSize: this.#window, enablePush: false, maxHeaderListSize: maxHeaderBytes },
      // A field that came twice is the apiserver's to judge, as it would be without us.
      strictSingleValueFields: false,
    };
    const session = connect(this.#authority, options);
    const entry: Entry = {
      session,
      socket: socket as Socket,
      lastStream: undefined,
      isRetired: false,
      streams: 0,
      window: this.#window,
      idleSince: performance.now(),
      count: (stream) => this.#count(entry, stream),
    };
    const retire = (): void => {
      entry.isRetired = true;
    };
    session.on('connect', () => {
      // It is emitted for a session that was destroyed meanwhile, too.
      if (!session.destroyed) session.setLocalWindowSize(connectionWindow);
    });
    session.on('localSettings', () => this.#tellWindow(entry));
    // Streams under way report the error themselves.
    session.on('error', retire);
    session.on('goaway', (_code, lastStream) => {
      entry.lastStream = lastStream;
      retire();
    });
    session.on('close', () => this.#entries.delete(entry));
    session.on('stream', (stream) => stream.close());
    this.#entries.add(entry);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** New requests go to new sessions; streams under way go on. */
  retire(): void {
    for (const entry of this.#entries) {
      entry.isRetired = true;
      entry.session.close();
    }
  }

  close(): void {
    clearInterval(this.#timer);
    for (const entry of this.#entries) destroy(entry);
    this.#entries.clear();
  }

  #count(entry: Entry, stream: ClientHttp2Stream): void {
    entry.streams++;
    this.#streams++;
    this.#fitWindows();
    stream.once('close', () => {
      entry.streams--;
      this.#streams--;
      entry.idleSince = performance.now();
      this.#fitWindows();
    });
  }

  /** Streams that are open already get the new window too (RFC 9113, 6.9.2). */
  #fitWindows(): void {
    const window = nextWindow(this.#streams, this.#window);
    if (window === this.#window) return;
    this.#window = window;
    for (const entry of this.#entries) this.#tellWindow(entry);
  }

  /** One SETTINGS at a time: Node gives a session up whose server leaves too many unacknowledged. */
  #tellWindow(entry: Entry): void {
    const { session } = entry;
    if (entry.window === this.#window || session.destroyed || session.closed || session.pendingSettingsAck) return;
    entry.window = this.#window;
    session.settings({ initialWindowSize: entry.window });
  }

  #check(): void {
    let usable = 0;
    for (const { isRetired } of this.#entries) if (!isRetired) usable++;
    for (const entry of this.#entries) {
      const isIdle = entry.streams === 0 && performance.now() - entry.idleSince > idleMs;
      if (isIdle && !entry.isRetired && usable > 1) {
        usable--;
        entry.isRetired = true;
        entry.session.close();
      } else {
        ping(entry);
      }
    }
  }
}

function hasRoom({ session, streams, isRetired }: Entry): boolean {
  if (isRetired || session.closed || session.destroyed) return false;
  const allowed = session.remoteSettings?.maxConcurrentStreams ?? maxStreams;
  return streams < Math.min(maxStreams, allowed);
}

function ping(entry: Entry): void {
  const { session } = entry;
  if (session.destroyed) {
    destroy(entry);
    return;
  }
  const timer = setTimeout(() => destroy(entry), pingTimeoutMs);
  timer.unref();
  const isSent = session.ping(() => clearTimeout(timer));
  if (!isSent) clearTimeout(timer);
}

/** Node ends the socket of a session that was closed before and waits for the server to end it as well. */
function destroy({ session, socket }: Entry): void {
  session.destroy();
  socket.destroy();
}
