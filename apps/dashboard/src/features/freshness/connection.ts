import { sharedValue } from '#components/shared-value.ts';
import type { Freshness } from './freshness.ts';

/** The page's connection to the gateway: requests, watches and the live connection together. */
export interface Connection {
  readonly freshness: Freshness;
  /** Whether there is a live connection, which terminals need. */
  readonly hasSocket: boolean;
  /** Round trip to the gateway over the live connection, in milliseconds; undefined while it is not known. */
  readonly roundTripMs: number | undefined;
}

/** The only source of what a page says about its connection. Written by the live connection's monitor alone. */
export const connection = sharedValue<Connection>({
  freshness: { state: 'catching-up', since: 0 },
  hasSocket: false,
  roundTripMs: undefined,
});

export const useConnection = connection.use;
