import type { Socket } from 'node:net';
import { openLive } from '../protocols/live.ts';
import { clientMessage, opcodes, openWebSocket } from '../protocols/websocket.ts';
import { pause, repeat, type SoakAttack, type SoakContext } from './soak-attack.ts';

/** Opens a live connection of the attacker and joins socket.io's namespace; `onText` gets its packets. */
async function connect(
  { gateway, attacker }: SoakContext,
  onText: (packet: string) => void = () => {},
): Promise<Socket> {
  const socket: Socket = await openLive(gateway, {
    token: attacker.token,
    onText: (packet) => {
      if (packet === '2') socket.write(clientMessage('3'));
      onText(packet);
    },
  });
  socket.write(clientMessage('40'));
  return socket;
}

/** Delay before reconnecting after being cut off. */
const reconnectMs = 1_000;

/** Sends copies of one message every 100 ms until the connection closes. */
async function flood(
  context: SoakContext,
  socket: Socket,
  messages: { message: Buffer; per100Ms: number },
): Promise<void> {
  const burst = Buffer.concat(Array.from({ length: messages.per100Ms }, () => messages.message));
  while (!socket.destroyed && !context.signal.aborted) {
    // Bounds what waits here, because the attack targets the gateway, not this process.
    if (socket.writableLength < 1_000_000) {
      socket.write(burst);
      context.count(messages.per100Ms);
    }
    await pause(context.signal, 100);
  }
  socket.destroy();
}

/** A 60-byte event that costs a database query: below the rate at which connections are cut off, far above what is answered. */
export const eventFlood: SoakAttack = {
  name: 'socket.io event flood',
  enough: 1_000,
  rate: '5 connections, 70 `clusters:watch` a second each',
  run: async (context) => {
    const message = clientMessage(`421["clusters:watch",{"organization":"${context.attacker.slug}"}]`);
    const one = (): Promise<void> =>
      repeat(context.signal, reconnectMs, async () => flood(context, await connect(context), { message, per100Ms: 7 }));
    await Promise.all(Array.from({ length: 5 }, one));
  },
};

/** The same event 1,000 times a second, on a connection that reads no answers. */
export const unreadEvents: SoakAttack = {
  name: 'socket.io answers not read',
  enough: 2_000,
  rate: '1 connection, 1,000 `clusters:watch` a second, nothing read',
  run: (context) =>
    repeat(context.signal, reconnectMs, async () => {
      const socket = await connect(context);
      socket.pause();
      const message = clientMessage(`421["clusters:watch",{"organization":"${context.attacker.slug}"}]`);
      await flood(context, socket, { message, per100Ms: 100 });
    }),
};

/** 5,000 WebSocket pings a second. */
export const livePings: SoakAttack = {
  name: 'live WebSocket pings',
  enough: 2_000,
  rate: '1 connection, 5,000 pings of 125 bytes a second',
  run: (context) =>
    repeat(context.signal, reconnectMs, async () => {
      const message = clientMessage(Buffer.alloc(125), opcodes.ping);
      await flood(context, await connect(context), { message, per100Ms: 500 });
    }),
};

/** Attempts to take over a session by its id, without credentials and with an API token. */
export const sidTheft: SoakAttack = {
  name: 'socket.io sid theft',
  enough: 4,
  rate: '1 session a second, 2 thieves each',
  run: (context) =>
    repeat(context.signal, reconnectMs, async () => {
      const { gateway, attacker } = context;
      let sid = '';
      const own = await connect(context, (packet) => {
        sid = /"sid":"([^"]+)"/.exec(packet)?.[1] ?? sid;
      });
      await pause(context.signal, 200);
      const credentials: Record<string, string>[] = [{}, { Authorization: `Bearer ${attacker.token}` }];
      const thieves = credentials.map((credential) =>
        openWebSocket(gateway, {
          path: `/socket.io/?EIO=4&transport=websocket&sid=${sid}`,
          headers: { Origin: gateway.origin, ...credential },
          onFrame: () => {},
        }).catch(() => undefined),
      );
      context.count(thieves.length);
      for (const thief of await Promise.all(thieves)) thief?.destroy();
      own.destroy();
    }),
};
