import { Random } from '../fuzz/random.ts';
import type { ListenerTarget } from '../fuzz/target.ts';
import { http1OverTls } from '../fuzz/targets/http1.ts';
import { http2 } from '../fuzz/targets/http2.ts';
import { socketio } from '../fuzz/targets/socketio.ts';
import { websocket } from '../fuzz/targets/websocket.ts';
import { Rest } from '../harness/rest.ts';
import { pause, type SoakAttack } from './soak-attack.ts';

// biome-ignore lint/suspicious/noExplicitAny: each target only gets its own cases.
const targets: ListenerTarget<any>[] = [http1OverTls, http2, websocket, socketio];

/** Fuzz cases for each listener in turn. */
export const fuzzing: SoakAttack = {
  name: 'fuzz of every listener',
  enough: 20,
  rate: '40 cases a second',
  run: async (context) => {
    const { gateway, attacker, signal } = context;
    const rest = new Rest(gateway, 4);
    const harness = { gateway, rest, attacker };
    const senders = await Promise.all(targets.map((target) => target.open(harness)));
    for (let round = 0; !signal.aborted; round++) {
      const index = round % targets.length;
      const cases = Array.from({ length: 20 }, (_, number) =>
        targets[index]?.make(new Random(`soak:${round}:${number}`)),
      );
      // Limits refuse some of them here.
      await senders[index]?.send(cases).catch(() => {});
      context.count(cases.length);
      await pause(signal, 500);
    }
    for (const sender of senders) await sender.close();
    rest.close();
  },
};
