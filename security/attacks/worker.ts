import { setPriority } from 'node:os';
import type { GatewayAddress } from '../harness/gateway-process.ts';
import { attackNamed } from './index.ts';
import type { Tenant } from './soak-attack.ts';

/** What the process that measures tells the one that attacks. */
export interface WorkerOptions {
  gateway: GatewayAddress;
  /** All at once: what, from which network address, and as whom. */
  attacks: { name: string; from: string; tenant: Tenant }[];
}

const reportMs = 500;

/**
 * Attacks from a process of its own until SIGTERM and reports how much of each was sent. It gives way to everything else:
 * attackers bring computers of their own, and what is to be measured is the gateway.
 */
const { gateway, attacks: wanted } = JSON.parse(process.argv[2] ?? '') as WorkerOptions;
setPriority(19);
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
  wanted.map(async ({ name, from, tenant: { person, agent } }) => {
    counts[name] = 0;
    const count = (events = 1): void => {
      counts[name] = (counts[name] ?? 0) + events;
    };
    const context = { gateway: { ...gateway, from }, attacker: person, agent, signal, count };
    await attackNamed(name)
      .run(context)
      .catch((error: unknown) => {
        process.stderr.write(`${name}: ${String(error)}\n`);
      });
  }),
);
