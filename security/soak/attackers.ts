import { fork } from 'node:child_process';
import { resolve } from 'node:path';
import { attacks } from '../attacks/index.ts';
import { addressOfAttack } from '../attacks/soak-attack.ts';
import type { WorkerOptions } from '../attacks/worker.ts';
import { end } from '../bed/gateway-process.ts';
import type { SoakBed } from './soak-bed.ts';

const worker = resolve(import.meta.dirname, '../attacks/worker.ts');

/** Processes that attack. */
export interface Attackers {
  pids: number[];
  /** How much each attack has sent so far. */
  sent(): Record<string, number>;
  /** Ends them. @returns how much each attack sent. */
  stop(): Promise<Record<string, number>>;
}

/** Thousands of handshakes keep a process from everything else, so these attacks have one of their own. */
const manyConnections = ['idle-connections', 'connection-flood'];

/** Starts these attacks, all at once; each has an account and a network address of its own, so that none is stopped by what another did. */
export async function startAttackers(bed: SoakBed, names: readonly string[]): Promise<Attackers> {
  const groups = [
    names.filter((name) => !manyConnections.includes(name)),
    names.filter((name) => manyConnections.includes(name)),
  ];
  const workers = await Promise.all(groups.filter((group) => group.length > 0).map((group) => startWorker(bed, group)));
  return {
    pids: workers.flatMap(({ pids }) => pids),
    sent: () => Object.assign({}, ...workers.map((one) => one.sent())),
    stop: async () => Object.assign({}, ...(await Promise.all(workers.map((one) => one.stop())))),
  };
}

async function startWorker(bed: SoakBed, names: string[]): Promise<Attackers> {
  const { port, origin, tls, caPem } = bed.gateway;
  const options: WorkerOptions = { gateway: { port, origin, tls, caPem }, attacks: [] };
  for (const name of names) {
    const index = attacks.findIndex((attack) => attack.name === name);
    options.attacks.push({ name, from: addressOfAttack(index), tenant: await bed.tenant(`attacker-${index}`) });
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
