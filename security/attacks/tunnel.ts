import type { Socket } from 'node:net';
import { rawFrame, types, u32 } from '../../packages/mux/src/test/raw-peer.ts';
import { openRawTunnel, openTunnelSocket } from '../protocols/tunnel.ts';
import { clientMessage, opcodes } from '../protocols/websocket.ts';
import { holdOpen, pause, repeat, type SoakAttack } from './soak-attack.ts';

/** WebSockets to /tunnel that never say HELLO. */
export const silentHandshakes: SoakAttack = {
  name: 'silent tunnel handshakes',
  enough: 5,
  rate: '20 WebSockets a second without HELLO, up to 200',
  run: (context) =>
    holdOpen(context, {
      most: 200,
      perSecond: 20,
      open: () => openTunnelSocket(context.gateway, () => {}),
    }),
};

/** HELLOs of agents that are not enrolled. */
export const wrongHandshakes: SoakAttack = {
  name: 'wrong tunnel handshakes',
  enough: 5,
  rate: '20 HELLOs a second of an agent that is not enrolled',
  run: (context) =>
    repeat(context.signal, 50, async () => {
      const stranger = { ...context.agent, agentId: '0190ffff-0000-7000-8000-000000000001' };
      context.count();
      const socket = await openRawTunnel(context.gateway, { agent: stranger, slot: 0 });
      socket.destroy();
    }),
};

/** Tunnels of one agent, each with another instance and slot. */
export const manyTunnels: SoakAttack = {
  name: 'tunnels of one agent',
  enough: 5,
  rate: '20 a second, up to 300, each another instance and slot',
  run: (context) => {
    let number = 0;
    return holdOpen(context, {
      most: 300,
      perSecond: 20,
      open: () => {
        number++;
        const { gateway, agent } = context;
        return openRawTunnel(gateway, {
          agent,
          slot: number % 256,
          instance: `i-${number}`,
        });
      },
    });
  },
};

/** WebSocket pings, tunnel pings, and streams that are reset at once, from an agent that reads nothing. */
export const tunnelPings: SoakAttack = {
  name: 'tunnel pings and resets',
  enough: 2_000,
  rate: '2,000 pings and 100 streams of 40 KB, reset at once, a second, nothing read',
  run: (context) =>
    repeat(context.signal, 1_000, async () => {
      const { gateway, agent, signal } = context;
      const socket: Socket = await openRawTunnel(gateway, {
        agent,
        slot: 7,
        instance: 'pings',
      });
      socket.pause();
      const ping = clientMessage(rawFrame(types.ping, 0, { payload: Buffer.alloc(8) }), opcodes.binary);
      const outer = clientMessage(Buffer.alloc(125), opcodes.ping);
      const head = Buffer.from(JSON.stringify({ kind: 'report', cluster: agent.clusterId, pad: 'a'.repeat(40_000) }));
      let stream = 2;
      while (!socket.destroyed && !signal.aborted) {
        if (socket.writableLength < 1_000_000) {
          const parts: Buffer[] = [];
          for (let index = 0; index < 50; index++) parts.push(ping, outer);
          for (let index = 0; index < 5; index++, stream += 2) {
            parts.push(clientMessage(rawFrame(types.open, stream, { payload: head }), opcodes.binary));
            parts.push(
              clientMessage(rawFrame(types.reset, stream, { payload: u32(0).subarray(0, 2) }), opcodes.binary),
            );
          }
          socket.write(Buffer.concat(parts));
          context.count(110);
        }
        await pause(signal, 50);
      }
      socket.destroy();
    }),
};
