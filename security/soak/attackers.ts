import { fork } from 'node:child_process';
import { resolve } from 'node:path';
import { attacks } from '../attacks/index.ts';
import { addressOfAttack } from '../attacks/soak-attack.ts';
import type { WorkerOptions } from '../attacks/worker.ts';
import { end } from '../harness/gateway-process.ts';
import type { SoakHarness } from './soak-harness.ts';

const worker = resolve(import.meta.dirname, '../attacks/worker.ts');

/** The attacking processes. */
export interface Attackers {
  pids: number[];
  /** How much each attack has sent so far. */
  sent(): Record<string, number>;
  /** Terminates them. @returns how much each attack sent. */
  stop(): Promise<Record<string, number>>;
}

/** These attacks get a separate process, because their thousands of handshakes would starve the others. */
const manyConnections = ['idle-connections', 'connection-flood'];

/** Starts the attacks in parallel, each with its own account and network address, so that none hits a limit because of another. */
export async function startAttackers(harness: SoakHarness, names: readonly string[]): Promise<Attackers> {
  const groups = [
    names.filter((name) => !manyConnections.includes(name)),
    names.filter((name) => manyConnections.includes(name)),
  ];
  const workers = await Promise.all(
    groups.filter((group) => group.length > 0).map((group) => startWorker(harness, group)),
  );
  return {
    pids: workers.flatMap(({ pids }) => pids),
    sent: () => Object.assign({}, ...workers.map((one) => one.sent())),
    stop: async () => Object.assign({}, ...(await Promise.all(workers.map((one) => one.stop())))),
  };
}

async function startWorker(harness: SoakHarness, names: string[]): Promise<Attackers> {
  const { port, origin, tls, caPem } = harness.gateway;
  const options: WorkerOptions = { gateway: { port, origin, tls, caPem }, attacks: [] };
  for (const name of names) {
    const index = attacks.findIndex((attack) => attack.name === name);
    options.attacks.push({ name, from: addressOfAttack(index), tenant: await harness.tenant(`attacker-${index}`) });
  }
  const child = fork(worker, [JSON.stringify(options)], {
    execArgv: ['--conditions=@postern/source'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let sent: Record<string, number> = {};
  child.on('message', (counts: Record<string, number>) => {
    sent = counts;
  });
  return {
    pids: child.pid === undefined ? [] : [child.pid],
    sent: () => sent,
    stop: async () => {
      await end(child);
      return sent;
    },
  };
}
