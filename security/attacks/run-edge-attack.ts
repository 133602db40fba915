/**
 * Runs one attack on a listener of loopback until the process that started it goes, at most 60 s. Started with IPC:
 * `fork('run-edge-attack.ts', [name, port])`, then a message with the certificate authority, empty for plain HTTP. Tells its
 * tally each time it receives another message.
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
  void attack({ port: Number(port), ca: ca === '' ? undefined : ca, signal: AbortSignal.timeout(60_000), tally });
});
process.once('disconnect', () => process.exit(0));
