import { constants, type Http2SecureServer, type Http2Session, type ServerHttp2Session } from 'node:http2';
import type { EdgeLimits } from './limits.ts';

/** Window of an authenticated HTTP/2 connection towards us, over all its streams, in bytes. */
const connectionWindow = 4 * 1024 * 1024;
/** The same for each stream. */
const streamWindow = 1024 * 1024;

/** Functions that raise the limits of unauthenticated connections. */
const anonymous = new WeakMap<Http2Session, () => void>();

/**
 * Gives a connection the full number of streams and the full windows. Until a request on it is authenticated, it has few
 * streams, and HTTP/2's default window of 64 KiB.
 */
export function raiseSession(session: Http2Session | undefined): void {
  if (session === undefined) return;
  const raise = anonymous.get(session);
  if (raise === undefined) return;
  anonymous.delete(session);
  raise();
}

/** Follows the HTTP/2 connections of a server: closes idle ones, and all of them when the gateway drains. */
export function watchSessions(server: Http2SecureServer, limits: EdgeLimits): { close(): void; destroy(): void } {
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    let open = 0;
    let idleMs = limits.keepAliveMs;
    anonymous.set(session, () => {
      idleMs = limits.idleSessionMs;
      if (session.destroyed) return;
      session.settings({ maxConcurrentStreams: limits.streamsPerSession, initialWindowSize: streamWindow });
      session.setLocalWindowSize(connectionWindow);
    });
    let idle = setTimeout(() => session.destroy(), limits.headersTimeoutMs);
    session.on('stream', (stream) => {
      open++;
      clearTimeout(idle);
      stream.once('close', () => {
        open--;
        if (open === 0 && !session.destroyed) idle = setTimeout(() => end(session, limits), idleMs);
      });
    });
    endFloods(session, limits);
    session.once('close', () => {
      clearTimeout(idle);
      sessions.delete(session);
    });
    // A peer's protocol error ends only that connection.
    session.on('error', () => session.destroy());
  });
  return {
    close: () => {
      for (const session of sessions) session.close();
    },
    destroy: () => {
      for (const session of sessions) session.destroy();
    },
  };
}

/** Ends a connection that floods us with PING or SETTINGS, each of which must be answered (CVE-2019-9512, -9515). */
function endFloods(session: ServerHttp2Session, { controlFrameBurst, controlFrameRate }: EdgeLimits): void {
  let left = controlFrameBurst;
  let at = performance.now();
  const count = (): void => {
    const now = performance.now();
    left = Math.min(controlFrameBurst, left + ((now - at) / 1_000) * controlFrameRate) - 1;
    at = now;
    if (left < 0) cutOff(session);
  };
  session.on('ping', count);
  session.on('remoteSettings', count);
}

/** Ends a connection at once with ENHANCE_YOUR_CALM. */
export function cutOff(session: Http2Session): void {
  if (session.destroyed) return;
  // `destroy` accepts a code only together with an error, which would count as ours.
  session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  session.destroy();
}

/** Sends GOAWAY and closes, even if the peer reads no more bytes. */
function end(session: ServerHttp2Session, { stalledMs }: EdgeLimits): void {
  session.close();
  const deadline = setTimeout(() => session.destroy(), stalledMs).unref();
  session.once('close', () => clearTimeout(deadline));
}
