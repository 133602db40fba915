import { hostileAgent } from './agent.ts';
import type { Attack } from './attack.ts';
import { fuzzing } from './fuzz.ts';
import { connectionFlood, idleConnections, slowBodies, slowHeads, slowReaders } from './http1.ts';
import { continuationFlood, rapidReset, windowZero } from './http2.ts';
import { eventFlood, livePings, sidTheft, unreadEvents } from './live.ts';
import { restFlood, signInGuessing } from './rest.ts';
import { manyTunnels, silentHandshakes, tunnelPings, wrongHandshakes } from './tunnel.ts';

/** Every attack of `npm run attacks`, all at once. */
export const attacks: readonly Attack[] = [
  windowZero,
  rapidReset,
  continuationFlood,
  slowHeads,
  slowBodies,
  slowReaders,
  idleConnections,
  connectionFlood,
  eventFlood,
  unreadEvents,
  livePings,
  sidTheft,
  silentHandshakes,
  wrongHandshakes,
  manyTunnels,
  tunnelPings,
  hostileAgent,
  restFlood,
  signInGuessing,
  fuzzing,
];
