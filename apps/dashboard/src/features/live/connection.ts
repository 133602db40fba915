import { useSyncExternalStore } from 'react';

/** Of the page to the gateway. `lost` keeps trying. */
export type ConnectionState = 'connecting' | 'connected' | 'lost';

interface Connection {
  readonly state: ConnectionState;
  /** Since when, in milliseconds since 1970. */
  readonly since: number;
}

let connection: Connection = { state: 'connecting', since: 0 };
const atFirst = connection;
const listeners = new Set<() => void>();

export function setConnection(state: ConnectionState): void {
  if (state === connection.state) return;
  connection = { state, since: Date.now() };
  for (const listener of listeners) listener();
}

/** Whether the page hears from the gateway. Not the browser's `onLine`: a gateway on the laptop needs no network. */
export function useConnection(): Connection {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => connection,
    () => atFirst,
  );
}
