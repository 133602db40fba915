import { constants, type Http2SecureServer, type Http2Session, type ServerHttp2Session } from 'node:http2';
import type { EdgeLimits } from './limits.ts';

/** Bytes an HTTP/2 connection may have in flight towards us, over all its streams, once it is known whose it is. */
const connectionWindow = 4 * 1024 * 1024;
/** The same for each stream. */
const streamWindow = 1024 * 1024;

/** How to raise a connection's bounds; absent once they are. */
const anonymous = new WeakMap<Http2Session, () => void>();

/**
 * Gives a connection the full number of streams and the full windows. Until somebody has been authenticated on it, it has
 * few streams, and the 64 KiB of HTTP/2 as its windows.
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
    // A peer's protocol error ends that connection, which is all that should happen.
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

/** Ends a connection that sends more PING or SETTINGS than anybody has a use for; each is answered (CVE-2019-9512, -9515). */
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

/** Ends a connection at once and says that its peer asked for too much. */
export function cutOff(session: Http2Session): void {
  if (session.destroyed) return;
  // `destroy` takes a code only with an error, which would then be ours.
  session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  session.destroy();
}

/** Says goodbye, and closes also when the peer takes no more bytes. */
function end(session: ServerHttp2Session, { stalledMs }: EdgeLimits): void {
  session.close();
  const deadline = setTimeout(() => session.destroy(), stalledMs).unref();
  session.once('close', () => clearTimeout(deadline));
}
