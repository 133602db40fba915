/**
 * Runs one attack on a loopback listener until its parent process exits, for at most two minutes. Started with
 * `fork('run-edge-attack.ts', [name, port])`. The first message is the certificate authority, empty for plain HTTP; each further
 * message is answered with the tally.
 */
import type { Tally } from './attack.ts';
import { edgeAttacks } from './edge-attacks.ts';

const [name = '', port = ''] = process.argv.slice(2);
const attack = edgeAttacks[name]?.run;
if (attack === undefined || process.send === undefined) {
  process.stderr.write(`Start this from a test, with the name of an attack: ${Object.keys(edgeAttacks).join(', ')}\n`);
  process.exit(2);
}

const tally: Tally = { connections: 0, ended: 0, sent: 0 };
process.once('message', (ca: string) => {
  process.on('message', () => process.send?.(tally));
  const signal = AbortSignal.timeout(120_000);
  void attack({ port: Number(port), ca: ca === '' ? undefined : ca, signal, tally, repeatMs: 5_000 });
});
process.once('disconnect', () => process.exit(0));
