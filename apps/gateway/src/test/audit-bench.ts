import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { AuditLog } from '../audit/audit-log.ts';
import { AuditReader } from '../audit/audit-reader.ts';
import { AuditStore } from '../audit/audit-store.ts';
import { AuditWriter } from '../audit/audit-writer.ts';
import type { AuditFacts } from '../audit/event.ts';
import { Database } from '../database/database.ts';
import { Limits } from '../limits/limits.ts';
import { defaultLimits } from '../limits/settings.ts';
import { acme, type KubeHarness, kubePath, startKubeHarness } from './kube-harness.ts';
import { makeTenant } from './tenant-rows.ts';
import { startTestDatabase } from './test-database.ts';

/**
 * `npm run bench:audit`: how many events a second one gateway writes and verifies, and how much slower requests get. Everything
 * runs on the same machine: the load, the gateway with a stand-in for the agent in one process, and PostgreSQL, which waits for
 * its disk as in production.
 */
const organizations = 20;
const events = 60_000;
const rounds = 12;
const requestsOfRound = 1_500;
const atOnce = 16;

const server = await startTestDatabase({ volatile: false });
const database = new Database({ url: server.appUrl, connections: 10 });
const writer = new AuditWriter(new AuditStore(database), console, { most: 256 * 1_048_576 });

const fact: AuditFacts = {
  action: 'kube.request',
  decision: 'allowed',
  source: 'kubectl',
  actor: { id: '0190aaaa-0000-7000-8000-000000000001', name: 'ada@example.com', kind: 'person' },
  credential: { kind: 'kubeconfig', id: '0190aaaa-0000-7000-8000-000000000002' },
  identity: { real: null, user: 'postern:ada@example.com', groups: ['postern:admin'] },
  cluster: { id: '0190aaaa-0000-7000-8000-000000000003', name: 'prod' },
  verb: 'get',
  resource: 'pods',
  namespace: 'checkout',
  name: 'web-6d4cf56db6-x7b2p',
  status: 200,
  bytesUp: 0,
  bytesDown: 5_120,
  durationMs: 4,
  address: '192.0.2.17',
  userAgent: 'kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9',
};

try {
  await writing();
  await steady();
  await requests();
} finally {
  await writer.close();
  await database.close();
  await server.stop();
}

async function writing(): Promise<void> {
  const ids: string[] = [];
  for (let index = 0; index < organizations; index += 1)
    ids.push((await makeTenant(database, `bench-${index}`)).organizationId);
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (let index = 0; index < events; index += 1) writer.record(ids[index % ids.length] ?? '', fact);
  await writer.flush(600_000);
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const micros = (user + system) / events;
  print(`written: ${Math.round(events / seconds)} events/s; ${micros.toFixed(0)} µs of the gateway's CPU time each`);
  const reader = new AuditReader(database);
  const began = performance.now();
  const { checked, broken } = await reader.verify(ids[0] ?? '', undefined);
  if (broken !== null || checked !== events / organizations)
    throw new Error(`the chain is broken: ${JSON.stringify(broken)}`);
  print(`verified: ${Math.round(checked / ((performance.now() - began) / 1_000))} entries/s`);
}

/** The CPU time of the process at 2,000 events a second, without what it takes to do nothing. */
async function steady(): Promise<void> {
  const { organizationId } = await makeTenant(database, 'steady');
  const burn = async (isOn: boolean): Promise<number> => {
    const cpu = process.cpuUsage();
    for (const start = performance.now(), sent = { count: 0 }; sent.count < 20_000; await delay(5))
      for (; sent.count < ((performance.now() - start) / 1_000) * 2_000; sent.count += 1)
        if (isOn) writer.record(organizationId, fact);
    const { user, system } = process.cpuUsage(cpu);
    return user + system;
  };
  const [idle, busy] = [await burn(false), await burn(true)];
  await writer.flush(10_000);
  print(`at 2,000 events/s: ${((busy - idle) / 20_000).toFixed(0)} µs of the gateway's CPU time each`);
}

async function requests(): Promise<void> {
  await server.run(`INSERT INTO organizations (id, slug, name) VALUES ('${acme}', 'acme', 'acme')`);
  const off: AuditLog = { record: () => {}, recordNow: async () => {} };
  let current = off;
  const audit: AuditLog = {
    record: (organization, event) => current.record(organization, event),
    recordNow: (organization, event) => current.recordNow(organization, event),
  };
  const limits = new Limits({ ...defaultLimits, requestsPerUser: 1e6, requestsPerOrganization: 1e6 });
  const harness = await startKubeHarness({ audit, limits });
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce, ca: harness.cert });
  const rates: Record<'off' | 'on', number[]> = { off: [], on: [] };
  const latencies: Record<'off' | 'on', number[]> = { off: [], on: [] };
  for (let round = -1; round < rounds; round += 1)
    for (const way of round % 2 === 0 ? (['off', 'on'] as const) : (['on', 'off'] as const)) {
      current = way === 'on' ? writer : off;
      const start = performance.now();
      let left = requestsOfRound;
      const worker = async (): Promise<void> => {
        for (; left > 0; ) {
          left -= 1;
          await get(harness, agent);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
      const rate = requestsOfRound / ((performance.now() - start) / 1_000);
      const single: number[] = [];
      for (let index = 0; index < 200; index += 1) single.push(await get(harness, agent));
      await writer.flush(10_000);
      // The first round warms everything up.
      if (round < 0) continue;
      rates[way].push(rate);
      latencies[way].push(...single);
    }
  agent.destroy();
  await harness.close();
  const [without, including] = [median(rates.off), median(rates.on)];
  print(
    `requests, ${atOnce} at once: ${Math.round(without)}/s without, ${Math.round(including)}/s with the trail (${((including / without - 1) * 100).toFixed(1)} %)`,
  );
  const cell = (samples: number[]): string =>
    `${median(samples).toFixed(2)} / ${percentile(samples, 0.99).toFixed(2)} ms`;
  print(`one at a time, p50 / p99: ${cell(latencies.off)} without, ${cell(latencies.on)} with the trail`);
}

/** @returns milliseconds. */
async function get({ port }: KubeHarness, agent: Agent): Promise<number> {
  const start = performance.now();
  const sent = request({
    host: '127.0.0.1',
    port,
    agent,
    path: `${kubePath}/api/v1/namespaces/shop/pods`,
    headers: { authorization: 'Bearer ada' },
  });
  sent.end();
  const [response] = await once(sent, 'response');
  response.resume();
  await once(response, 'end');
  return performance.now() - start;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function percentile(samples: number[], share: number): number {
  return samples.toSorted((one, other) => one - other)[Math.floor(samples.length * share)] ?? Number.NaN;
}

function median(samples: number[]): number {
  return percentile(samples, 0.5);
}
