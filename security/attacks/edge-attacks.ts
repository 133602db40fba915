import type { Attack } from './attack.ts';
import { connectionFlood, idleConnections, slowBodies, slowHeads, slowReaders } from './http1.ts';
import { closedWindows, continuationFlood, controlFlood, missingBodies, rapidReset, trickledWindows } from './http2.ts';

/** What strangers do to the edge, by name. */
export const edgeAttacks: Record<string, Attack> = {
  'slow-heads': slowHeads,
  'slow-bodies': slowBodies,
  'slow-readers': slowReaders,
  'idle-connections': idleConnections,
  'connection-flood': connectionFlood,
  'rapid-reset': rapidReset,
  'continuation-flood': continuationFlood,
  'closed-windows': closedWindows,
  'trickled-windows': trickledWindows,
  'control-flood': controlFlood,
  'missing-bodies': missingBodies,
};
