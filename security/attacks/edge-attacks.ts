import type { EdgeAttack } from './attack.ts';
import { connectionFlood, idleConnections, slowBodies, slowHeads, slowReaders } from './http1.ts';
import { closedWindows, continuationFlood, controlFlood, missingBodies, rapidReset, trickledWindows } from './http2.ts';

/** Unauthenticated attacks on the edge, by name. A connection that is cut off is opened again after a second. */
export const edgeAttacks: Record<string, EdgeAttack> = {
  'slow-heads': {
    enough: 1_000,
    connectionsPerSecond: 25,
    rate: '250 connections, one byte of a head each every 0.5 s',
    run: slowHeads,
  },
  'slow-bodies': {
    enough: 300,
    connectionsPerSecond: 20,
    rate: '500 connections, one POST each without its body',
    run: slowBodies,
  },
  'slow-readers': {
    enough: 200,
    connectionsPerSecond: 10,
    rate: '100 connections, 8 requests each every 20 s, nothing read',
    run: slowReaders,
  },
  'idle-connections': {
    enough: 800,
    connectionsPerSecond: 70,
    rate: '5,000 connections from 5 addresses, one request each a minute',
    run: idleConnections,
  },
  'connection-flood': {
    enough: 1_500,
    connectionsPerSecond: 300,
    rate: '3,000 connections from one address, no TLS',
    run: connectionFlood,
  },
  'rapid-reset': {
    enough: 2_000,
    connectionsPerSecond: 4,
    rate: '4 connections, 2,000 streams a second each, reset at once',
    run: rapidReset,
  },
  'continuation-flood': {
    enough: 300,
    connectionsPerSecond: 10,
    rate: '20 connections, a CONTINUATION of 14 KB each every 10 ms',
    run: continuationFlood,
  },
  'closed-windows': {
    enough: 6_500,
    connectionsPerSecond: 10,
    rate: '26 connections × 250 streams with window 0',
    run: closedWindows,
  },
  'trickled-windows': {
    enough: 10_000,
    connectionsPerSecond: 10,
    rate: '10 connections × 60 streams, a window of 1 byte each every 0.1 s',
    run: trickledWindows,
  },
  'control-flood': {
    enough: 10_000,
    connectionsPerSecond: 10,
    rate: '10 connections, 10,000 PING and SETTINGS a second each, nothing read',
    run: controlFlood,
  },
  'missing-bodies': {
    enough: 2_000,
    connectionsPerSecond: 10,
    rate: '20 connections × 100 POSTs without a body every 40 s',
    run: missingBodies,
  },
};
