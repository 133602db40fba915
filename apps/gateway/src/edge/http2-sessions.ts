import type { Http2SecureServer, ServerHttp2Session } from 'node:http2';
import type { EdgeLimits } from './limits.ts';

/** Bytes an HTTP/2 connection may have in flight towards us, over all its streams. */
const connectionWindow = 4 * 1024 * 1024;

/** Follows the HTTP/2 connections of a server: closes idle ones, and all of them when the gateway drains. */
export function watchSessions(server: Http2SecureServer, limits: EdgeLimits): { close(): void; destroy(): void } {
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.setLocalWindowSize(connectionWindow);
    let open = 0;
    let idle = setTimeout(() => session.destroy(), limits.headersTimeoutMs);
    session.on('stream', (stream) => {
      open++;
      clearTimeout(idle);
      stream.once('close', () => {
        open--;
        if (open === 0 && !session.destroyed) idle = setTimeout(() => session.close(), limits.idleSessionMs);
      });
    });
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
