import { setPriority } from 'node:os';
import type { GatewayAddress } from '../harness/gateway-process.ts';
import { attackNamed } from './index.ts';
import type { Tenant } from './soak-attack.ts';

/** What the measuring process passes to the attacking one. */
export interface WorkerOptions {
  gateway: GatewayAddress;
  /** The attacks to run in parallel, each with its network address and account. */
  attacks: { name: string; from: string; tenant: Tenant }[];
}

const reportMs = 500;

/**
 * Runs attacks until SIGTERM and reports how much each has sent. Has the lowest priority, because real attackers use their own
 * machines and only the gateway is to be measured.
 */
const { gateway, attacks: wanted } = JSON.parse(process.argv[2] ?? '') as WorkerOptions;
setPriority(19);
const counts: Record<string, number> = {};
setInterval(() => process.send?.(counts), reportMs);
// The connections end with the process.
process.once('SIGTERM', () => process.exit(0));
const { signal } = new AbortController();
// Errors of connections that the gateway breaks are part of every attack.
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
