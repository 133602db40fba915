import type { Socket } from 'node:net';
import { connectTo } from '../harness/connection.ts';
import { Rest } from '../harness/rest.ts';
import { pause, repeat, type SoakAttack, type SoakContext } from './soak-attack.ts';

const connections = 10;
/** Requests written at once on one connection, and how often, if the previous ones have been answered. */
const atOnce = 4;
const everyMs = 40;

/** Requests of one person, at up to ten times the 100 a second allowed here: slower if they are not answered. */
export const restFlood: SoakAttack = {
  name: 'REST flood',
  enough: 1_000,
  rate: '10 connections, 100 requests a second each, as far as they are answered: ten times the limit',
  run: async (context) => {
    const { slug, token } = context.attacker;
    const path = `/api/v1/organizations/${slug}/clusters`;
    const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`;
    const burst = Buffer.from(request.repeat(atOnce));
    const one = (): Promise<void> =>
      repeat(context.signal, 1_000, async () => ask(context, await connectTo(context.gateway, 'http/1.1'), burst));
    await Promise.all(Array.from({ length: connections }, one));
  },
};

/** Writes the burst again each time it was answered, until the connection closes. */
async function ask({ signal, count }: SoakContext, socket: Socket, burst: Buffer): Promise<void> {
  let unanswered = 0;
  socket.on('data', (chunk: Buffer) => {
    // A status line that is split over two chunks is missed; `waited` makes up for it.
    unanswered -= chunk.toString('latin1').split('HTTP/1.1 ').length - 1;
  });
  let waited = 0;
  while (!socket.destroyed && !signal.aborted) {
    waited += everyMs;
    if (unanswered <= 0 || waited > 5_000) {
      unanswered = atOnce;
      waited = 0;
      socket.write(burst);
      count(atOnce);
    }
    await pause(signal, everyMs);
  }
  socket.destroy();
}

/** Guesses the honest tenant's password. */
export const signInGuessing: SoakAttack = {
  name: 'sign-in guessing',
  enough: 20,
  rate: '10 guesses a second of one password',
  run: async (context) => {
    const rest = new Rest(context.gateway, 4);
    let guess = 0;
    await repeat(context.signal, 100, async () => {
      context.count();
      const body = { email: 'honest@example.com', password: `guess number ${guess++}` };
      await rest.ask('POST', '/api/v1/auth/sign-in', { body });
    });
    rest.close();
  },
};
