import { sharedValue } from '#components/shared-value.ts';

/** State of the page's live connection to the gateway. While `lost`, it keeps retrying. */
export type ConnectionState = 'connecting' | 'connected' | 'lost';

interface Connection {
  readonly state: ConnectionState;
  /** Since when, in milliseconds since 1970. */
  readonly since: number;
}

const connection = sharedValue<Connection>({ state: 'connecting', since: 0 });

const onReturns = new Set<() => void>();

export function setConnection(state: ConnectionState): void {
  const { state: before } = connection.get();
  if (state === before) return;
  connection.set({ state, since: Date.now() });
  if (before === 'lost' && state === 'connected') for (const listener of [...onReturns]) listener();
}

/** Calls back whenever the gateway is reached again. @returns a function that ends it. */
export function onReturn(listener: () => void): () => void {
  onReturns.add(listener);
  return () => onReturns.delete(listener);
}

/** Whether the page is connected to the gateway. Unlike the browser's `onLine`: a gateway on this machine needs no network. */
export const useConnection = connection.use;
