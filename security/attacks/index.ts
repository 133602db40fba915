import { hostileAgent } from './agent.ts';
import { edgeAttacks } from './edge-attacks.ts';
import { fuzzing } from './fuzz.ts';
import { eventFlood, livePings, sidTheft, unreadEvents } from './live.ts';
import { restFlood, signInGuessing } from './rest.ts';
import { attackerAddress, type SoakAttack } from './soak-attack.ts';
import { manyTunnels, silentHandshakes, tunnelPings, wrongHandshakes } from './tunnel.ts';

/** What strangers do to the edge, with its tally counted among the others. */
const ofStrangers: SoakAttack[] = Object.entries(edgeAttacks).map(([name, attack]) => ({
  name,
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
    const { port, caPem: ca } = gateway;
    return attack({ port, ca, signal, tally, from: attackerAddress });
  },
}));

/** Every attack of `npm run attacks`, all at once. */
export const attacks: readonly SoakAttack[] = [
  ...ofStrangers,
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
