import { type ClientHttp2Session, connect } from 'node:http2';
import type { Socket } from 'node:net';
import type { Connection } from './dial.ts';

/** kube-apiserver allows 100 streams a connection since 1.28 (CVE-2023-44487). */
const maxStreams = 90;
const streamWindow = 4 * 1024 * 1024;
const connectionWindow = 16 * 1024 * 1024;
/** Node refuses new streams above it; the windows above bound what is held. */
const sessionMemoryMb = 64;
/** As client-go: a connection that was silent this long is asked whether it lives. */
const pingEveryMs = 30_000;
const pingTimeoutMs = 15_000;
/** Sessions beyond the first end after this long without a stream. */
const idleMs = 60_000;

/** A session with its count of streams; the server may allow fewer than we take. */
interface Entry {
  session: ClientHttp2Session;
  streams: number;
  idleSince: number;
}

/**
 * HTTP/2 connections to the apiserver, opened as streams need them. A session that got a GOAWAY, an error or no answer to
 * its PING takes no new streams; those under way end with it.
 */
export class Http2Sessions {
  readonly #authority: string;
  readonly #entries = new Set<Entry>();
  readonly #timer: NodeJS.Timeout;

  constructor(server: URL) {
    this.#authority = server.origin;
    this.#timer = setInterval(() => this.#check(), pingEveryMs);
    this.#timer.unref();
  }

  /** A session with room for one more stream, or undefined: then dial and `add`. */
  find(): ClientHttp2Session | undefined {
    for (const entry of this.#entries) if (hasRoom(entry)) return entry.session;
    return undefined;
  }

  /** Takes over a connection that speaks HTTP/2. */
  add({ socket }: Connection): ClientHttp2Session {
    const session = connect(this.#authority, {
      createConnection: () => socket as Socket,
      maxSessionMemory: sessionMemoryMb,
      settings: { initialWindowSize: streamWindow, enablePush: false },
    });
    const entry: Entry = { session, streams: 0, idleSince: Date.now() };
    const drop = (): void => void this.#entries.delete(entry);
    session.on('connect', () => session.setLocalWindowSize(connectionWindow));
    // Streams under way report the error themselves.
    session.on('error', drop);
    session.on('goaway', drop);
    session.on('close', drop);
    session.on('stream', (stream) => stream.close());
    this.#entries.add(entry);
    return session;
  }

  /** Counts a stream for as long as it lives. */
  count(session: ClientHttp2Session, stream: { once(event: 'close', listener: () => void): unknown }): void {
    for (const entry of this.#entries) {
      if (entry.session !== session) continue;
      entry.streams++;
      stream.once('close', () => {
        entry.streams--;
        entry.idleSince = Date.now();
      });
    }
  }

  get size(): number {
    return this.#entries.size;
  }

  /** New requests go to new sessions; streams under way go on. */
  retire(): void {
    for (const { session } of this.#entries) session.close();
    this.#entries.clear();
  }

  close(): void {
    clearInterval(this.#timer);
    for (const { session } of this.#entries) session.destroy();
    this.#entries.clear();
  }

  #check(): void {
    for (const entry of this.#entries) {
      const isIdle = entry.streams === 0 && Date.now() - entry.idleSince > idleMs;
      if (isIdle && this.#entries.size > 1) {
        this.#entries.delete(entry);
        entry.session.close();
      } else {
        ping(entry.session);
      }
    }
  }
}

function hasRoom({ session, streams }: Entry): boolean {
  if (session.closed || session.destroyed) return false;
  const allowed = session.remoteSettings?.maxConcurrentStreams ?? maxStreams;
  return streams < Math.min(maxStreams, allowed);
}

function ping(session: ClientHttp2Session): void {
  const timer = setTimeout(() => session.destroy(), pingTimeoutMs);
  timer.unref();
  const isSent = session.ping(() => clearTimeout(timer));
  if (!isSent) clearTimeout(timer);
}
