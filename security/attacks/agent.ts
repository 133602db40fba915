import { randomUUID } from 'node:crypto';
import { webSocketAccepted } from '../fuzz/hostile-cluster.ts';
import { Rest } from '../harness/rest.ts';
import { dialTunnel } from '../harness/tunnel-agent.ts';
import { openLive } from '../protocols/live.ts';
import { clientMessage, encodeFrame, opcodes } from '../protocols/websocket.ts';
import { pause, repeat, type SoakAttack } from './soak-attack.ts';

const pod = JSON.stringify({
  kind: 'Pod',
  metadata: { name: 'web-0', uid: 'u' },
  spec: { containers: [{ name: 'app' }] },
  status: { phase: 'Running', containerStatuses: [{ name: 'app', state: { running: {} } }] },
});

/** A cluster whose agent answers with heads of 45 KB and resets, and floods each terminal with pings. */
export const hostileAgent: SoakAttack = {
  name: 'hostile agent',
  enough: 10_000,
  rate: '50 requests a second to it, 5 terminals with 2,000 pings a second each',
  run: async (context) => {
    const { gateway, attacker, agent, signal } = context;
    let number = 0;
    const dialer = await dialTunnel(gateway, agent, ({ head, stream, respond, reject }) => {
      stream.on('error', () => {}).resume();
      if (head.kind === 'upgrade') {
        respond({ status: 101, headers: webSocketAccepted(head) });
        const ping = encodeFrame({
          fin: true,
          reserved: 0,
          opcode: opcodes.ping,
          masked: false,
          payload: Buffer.alloc(125),
        });
        const burst = Buffer.concat(Array.from({ length: 100 }, () => ping));
        const storm = setInterval(() => {
          if (stream.writableLength < 1_000_000) stream.write(burst);
          context.count(100);
        }, 50);
        stream.once('close', () => clearInterval(storm));
        return;
      }
      if (head.kind === 'http' && head.path.includes('/pods/')) {
        respond({ status: 200, headers: [['content-type', 'application/json']] });
        stream.end(pod);
        return;
      }
      number++;
      if (number % 3 === 0) return reject('upstream-failed', 'a storm of resets');
      respond({ status: 200, headers: [['x-huge', 'a'.repeat(45_000)]] });
      stream.end();
    });
    const rest = new Rest(gateway, 4);
    const asking = repeat(signal, 20, async () => {
      context.count();
      await rest.ask('GET', `/k8s/${attacker.slug}/hostile/api/v1/nodes`, { token: attacker.token });
    });
    const opening = repeat(signal, 1_000, async () => {
      const socket = await openLive(gateway, { token: attacker.token });
      socket.write(clientMessage('40'));
      const place = {
        organization: attacker.slug,
        cluster: 'hostile',
        namespace: 'a',
        pod: 'web-0',
        columns: 80,
        rows: 24,
      };
      for (let index = 0; index < 5; index++)
        socket.write(
          clientMessage(`42${index}${JSON.stringify(['terminal:open', { ...place, viewer: randomUUID() }])}`),
        );
      await pause(signal, 10_000);
      socket.destroy();
    });
    await Promise.all([asking, opening]);
    rest.close();
    await dialer.stop();
  },
};
