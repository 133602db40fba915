import { ApiError } from '@postern/api-client';
import type { ClientToServerEvents, ServerToClientEvents } from '@postern/contracts';
import type { Socket } from 'socket.io-client';
import { api, apiFetch } from '#features/browser-session/api.ts';
import { httpLink, sharesConnection } from '#features/freshness/http-link.ts';
import type { Monitor } from './monitor.ts';

export type LiveSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

/** The page's live connection, and the monitor that knows whether it works. */
export interface Live {
  socket: LiveSocket;
  monitor: Pick<Monitor, 'note'>;
}

/** An attempt to connect that takes longer has failed, in milliseconds. */
const CONNECT_MS = 5_000;

let shared: Promise<Live> | undefined;

/** The page's only live connection to the gateway, for live status and terminals. Reconnects automatically. */
export async function liveSocket(): Promise<LiveSocket> {
  return (await live()).socket;
}

/** The same with its monitor. Both are loaded on first use. */
export function live(): Promise<Live> {
  shared ??= open();
  return shared;
}

async function open(): Promise<Live> {
  const [{ io }, { Monitor }] = await Promise.all([import('socket.io-client'), import('./monitor.ts')]);
  const socket: LiveSocket = io({
    path: '/socket.io/',
    transports: ['websocket'],
    timeout: CONNECT_MS,
    reconnectionDelay: 500,
    reconnectionDelayMax: 10_000,
    randomizationFactor: 0.5,
  });
  const monitor = new Monitor({
    askHttp: async (signal) => {
      const sent = performance.now();
      // Any answer of the gateway will do, but not that of a proxy in front of one that is away.
      await api.call('ping', { signal }).catch((error: unknown) => {
        if (!(error instanceof ApiError) || error.status >= 500) throw error;
      });
      return performance.now() - sent;
    },
    askSocket: () =>
      new Promise((resolve) => {
        const sent = performance.now();
        socket.emit('live:ping', () => resolve(performance.now() - sent));
      }),
    dropSocket: () => socket.io.engine.close(),
    reconnectSocket: () => socket.disconnect().connect(),
    onHttpLost: (lost) => httpLink.setLost(lost),
    sharesConnection: sharesConnection(),
  });
  let retry: ReturnType<typeof setTimeout> | undefined;
  // The handshake needs the session cookie, which may have expired: any API call refreshes it, or signs out.
  const comeBack = async () => {
    await apiFetch('/api/v1/auth/me').catch(() => undefined);
    if (!socket.active) {
      clearTimeout(retry);
      retry = setTimeout(() => socket.connect(), 2000);
    }
  };
  httpLink.onHeard(() => monitor.note({ type: 'heard', channel: 'http' }));
  socket.io.on('open', () => socket.io.engine.on('packet', () => monitor.note({ type: 'heard', channel: 'socket' })));
  socket.on('connect', () => {
    clearTimeout(retry);
    monitor.note({ type: 'opened' });
  });
  socket.on('connect_error', () => {
    monitor.note({ type: 'closed' });
    void comeBack();
  });
  socket.on('disconnect', () => {
    monitor.note({ type: 'closed' });
    if (!socket.active) void comeBack();
  });
  monitor.start();
  return { socket, monitor };
}
