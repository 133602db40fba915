import { Rest } from '../bed/rest.ts';
import { repeat, type SoakAttack } from './soak-attack.ts';

/** Requests of one person, as fast as they are answered, from ten connections. */
export const restFlood: SoakAttack = {
  name: 'REST flood',
  run: async (context) => {
    const { gateway, attacker, signal } = context;
    const rest = new Rest(gateway, 10);
    // A person may make 500 requests a second by default; this asks for ten times that and sends what two cores allow.
    const lanes = Array.from({ length: 10 }, () =>
      repeat(signal, 2, async () => {
        context.count();
        await rest.ask('GET', `/api/v1/organizations/${attacker.slug}/clusters`, { token: attacker.token });
      }),
    );
    await Promise.all(lanes);
    rest.close();
  },
};

/** Guesses of the honest tenant's password. */
export const signInGuessing: SoakAttack = {
  name: 'sign-in guessing',
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
