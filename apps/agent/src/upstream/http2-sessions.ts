import { type ClientHttp2Session, type ClientHttp2Stream, connect, type SecureClientSessionOptions } from 'node:http2';
import type { Socket } from 'node:net';
import type { Connection } from './dial.ts';
import { nextWindow, streamWindow } from './stream-window.ts';

/** Streams per connection; kube-apiserver allows 100 since 1.28 (CVE-2023-44487). */
const maxStreams = 90;
const connectionWindow = 16 * 1024 * 1024;
/** Node refuses new streams above this; memory is limited by the windows of the streams. */
const sessionMemoryMb = 64;
/** Above the 64 KiB that a tunnel passes on, so that the error can say what was too large. */
const maxHeaderBytes = 256 * 1024;
const maxHeaders = 1024;
/** As in client-go: a connection that has been silent this long is checked with a PING. */
const pingEveryMs = 30_000;
const pingTimeoutMs = 15_000;
/** Sessions other than the first are closed after this long without a stream. */
const idleMs = 60_000;

/** An HTTP/2 connection to the apiserver, with its state. */
export interface Http2Connection {
  readonly session: ClientHttp2Session;
  /** The last stream that the server may have processed, once it has sent GOAWAY. */
  readonly lastStream: number | undefined;
  /** Counts a stream until it closes. */
  count(stream: ClientHttp2Stream): void;
}

/** A connection with its number of streams; the server may allow fewer than we would open. */
interface Entry extends Http2Connection {
  readonly socket: Socket;
  lastStream: number | undefined;
  /** It accepts no new streams. */
  isRetired: boolean;
  streams: number;
  /** The window last sent to the server. */
  window: number;
  /** Monotonic clock. */
  idleSince: number;
}

/**
 * HTTP/2 connections to the apiserver, opened as needed. A session that got a GOAWAY, an error or no answer to its PING accepts
 * no new streams; its open streams end with it.
 */
export class Http2Sessions {
  readonly #authority: string;
  /** All connections until they close, including those that accept no new streams. */
  readonly #entries = new Set<Entry>();
  readonly #timer: NodeJS.Timeout;
  /** Streams on all connections, including those that accept no new ones. */
  #streams = 0;
  #window = streamWindow(0);

  constructor(server: URL) {
    this.#authority = server.origin;
    this.#timer = setInterval(() => this.#check(), pingEveryMs);
    this.#timer.unref();
  }

  /** A connection with room for another stream; if undefined, dial and call `add`. */
  find(): Http2Connection | undefined {
    for (const entry of this.#entries) if (hasRoom(entry)) return entry;
    return undefined;
  }

  /** Takes over a connection that uses HTTP/2. */
  add({ socket }: Connection): void {
    const options: SecureClientSessionOptions & { strictSingleValueFields: boolean } = {
      createConnection: () => socket as Socket,
      maxSessionMemory: sessionMemoryMb,
      maxHeaderListPairs: maxHeaders,
      settings: { initialWindowSize: this.#window, enablePush: false, maxHeaderListSize: maxHeaderBytes },
      // It is for the apiserver to judge a repeated field, as it would be without us.
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
      // Also emitted for a session that was destroyed meanwhile.
      if (!session.destroyed) session.setLocalWindowSize(connectionWindow);
    });
    session.on('localSettings', () => this.#tellWindow(entry));
    // Open streams report the error themselves.
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

  /** New requests use new sessions; open streams continue. */
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

  /** The new window also applies to streams that are already open (RFC 9113, 6.9.2). */
  #fitWindows(): void {
    const window = nextWindow(this.#streams, this.#window);
    if (window === this.#window) return;
    this.#window = window;
    for (const entry of this.#entries) this.#tellWindow(entry);
  }

  /** One SETTINGS at a time, because Node closes a session with too many unacknowledged ones. */
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

/** Also destroys the socket: for a session that was closed before, Node only ends it and waits for the server to do the same. */
function destroy({ session, socket }: Entry): void {
  session.destroy();
  socket.destroy();
}
