import type { ClientToServerEvents, ServerToClientEvents } from '@postern/contracts';
import type { Socket } from 'socket.io-client';
import { apiFetch } from '#features/browser-session/api.ts';
import { setConnection } from './connection.ts';

export type LiveSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

let shared: Promise<LiveSocket> | undefined;

/** The page's only live connection to the gateway, for live status and terminals. Reconnects automatically. */
export function liveSocket(): Promise<LiveSocket> {
  shared ??= open();
  return shared;
}

async function open(): Promise<LiveSocket> {
  const { io } = await import('socket.io-client');
  const socket: LiveSocket = io({
    path: '/socket.io/',
    transports: ['websocket'],
    reconnectionDelay: 500,
    reconnectionDelayMax: 10_000,
    randomizationFactor: 0.5,
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
  socket.on('connect', () => {
    clearTimeout(retry);
    setConnection('connected');
  });
  socket.on('connect_error', () => {
    setConnection('lost');
    void comeBack();
  });
  socket.on('disconnect', () => {
    setConnection('lost');
    if (!socket.active) void comeBack();
  });
  return socket;
}
