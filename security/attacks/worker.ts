import { setPriority } from 'node:os';
import { attacks } from './index.ts';
import type { SoakContext } from './soak-attack.ts';

/** What the process that measures tells the one that attacks. */
export interface WorkerOptions {
  context: Pick<SoakContext, 'gateway' | 'attacker' | 'agent'>;
  /** Names of the attacks, all at once. */
  names: string[];
}

const reportMs = 500;

/**
 * Attacks from a process of its own until SIGTERM and reports how much of each was sent. It gives way to everything else:
 * attackers bring computers of their own, and what is to be measured is the gateway.
 */
const { context, names } = JSON.parse(process.argv[2] ?? '') as WorkerOptions;
setPriority(10);
const counts: Record<string, number> = {};
setInterval(() => process.send?.(counts), reportMs);
// The connections end with the process.
process.once('SIGTERM', () => process.exit(0));
const { signal } = new AbortController();
// What the gateway does to an attacker's connections is part of every attack.
process.on('uncaughtException', (error) => {
  process.stderr.write(`an attack failed: ${error.stack}\n`);
});
await Promise.all(
  attacks
    .filter(({ name }) => names.includes(name))
    .map(async ({ name, run }) => {
      counts[name] = 0;
      const count = (events = 1): void => {
        counts[name] = (counts[name] ?? 0) + events;
      };
      await run({ ...context, signal, count }).catch((error: unknown) => {
        process.stderr.write(`${name}: ${String(error)}\n`);
      });
    }),
);
