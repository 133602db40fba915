import { sharedValue } from '#components/shared-value.ts';

/** Of the page to the gateway. `lost` keeps trying. */
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

/** Whether the page hears from the gateway. Not the browser's `onLine`: a gateway on the laptop needs no network. */
export const useConnection = connection.use;
