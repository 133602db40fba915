import { sharedValue } from '#components/shared-value.ts';

/** State of the page's live connection to the gateway. While `lost`, it keeps retrying. */
export type ConnectionState = 'connecting' | 'connected' | 'lost';

interface Connection {
  readonly state: ConnectionState;
  /** Since when, in milliseconds since 1970. */
  readonly since: number;
}

const connection = sharedValue<Connection>({ state: 'connecting', since: 0 });

export function setConnection(state: ConnectionState): void {
  if (state !== connection.get().state) connection.set({ state, since: Date.now() });
}

/** Whether the page is connected to the gateway. Unlike the browser's `onLine`: a gateway on this machine needs no network. */
export const useConnection = connection.use;
