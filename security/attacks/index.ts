import { hostileAgent } from './agent.ts';
import { edgeAttacks } from './edge-attacks.ts';
import { fuzzing } from './fuzz.ts';
import { eventFlood, livePings, sidTheft, unreadEvents } from './live.ts';
import { restFlood, signInGuessing } from './rest.ts';
import type { SoakAttack } from './soak-attack.ts';
import { manyTunnels, silentHandshakes, tunnelPings, wrongHandshakes } from './tunnel.ts';

/** The unauthenticated attacks on the edge; their tallies are counted like those of the others. */
const unauthenticated: SoakAttack[] = Object.entries(edgeAttacks).map(
  ([name, { rate, enough, connectionsPerSecond, run }]) => ({
    name,
    enough,
    rate: `${rate}; ${connectionsPerSecond} new a second`,
    run: ({ gateway, signal, count }) => {
      let sent = 0;
      let connections = 0;
      const tally = {
        get connections() {
          return connections;
        },
        set connections(total: number) {
          count(total - connections);
          connections = total;
        },
        ended: 0,
        get sent() {
          return sent;
        },
        set sent(total: number) {
          count(total - sent);
          sent = total;
        },
      };
      const { port, caPem: ca, from } = gateway;
      return run({ port, ca, signal, tally, connectionsPerSecond, ...(from === undefined ? {} : { from }) });
    },
  }),
);

/** All attacks of `npm run attacks`. */
export const attacks: readonly SoakAttack[] = [
  ...unauthenticated,
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

/** @throws RangeError if there is no such attack. */
export function attackNamed(name: string): SoakAttack {
  const attack = attacks.find((candidate) => candidate.name === name);
  if (attack === undefined) throw new RangeError(`there is no attack "${name}"`);
  return attack;
}
