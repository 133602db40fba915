import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bringUp } from '../e2e/harness/bring-up.ts';
import { type Client, findKubectls, transports } from '../e2e/harness/client.ts';
import { makeEchoPod } from '../e2e/harness/echo-pod.ts';
import { expectOk } from '../e2e/harness/kubectl.ts';
import { repository, results } from '../e2e/harness/process.ts';
import { Endpoint } from './endpoint.ts';
import { copy, execFirstByte, forward, kubectlGetPods, readPods, type Ways } from './measures.ts';
import { measureIdle, measureManyAgents } from './memory.ts';
import { deleteNamespace, makePods } from './pods.ts';
import { type Sources, startCpuMeter } from './process-metrics.ts';
import { latencyRow, markdownTable, memoryRows, type Row, throughputRow } from './report.ts';
import type { Pair } from './samples.ts';

/**
 * `npm run bench`: compares direct access to the real cluster with access through the gateway, alternating within one run.
 * `--only reads,exec,copy,forward,memory` selects measurements, `--quick` takes fewer rounds, `--direct` compares direct with
 * itself (which shows the noise), `--write` writes the figures to docs/performance.md.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'reads,exec,copy,forward,memory' },
    quick: { type: 'boolean', default: false },
    direct: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    agents: { type: 'string', default: '1000' },
  },
});
const wanted = new Set(values.only.split(','));
const agentNamespace = 'postern-agent';
const idleSeconds = values.quick ? 2 : 20;

const { harness, end } = await bringUp(values.direct);
const kubectl = findKubectls().at(-1);
if (!kubectl) throw new Error('no kubectl found');
const home = join(harness.folder, 'kubectl-home');
mkdirSync(home, { recursive: true });
const client = (kubeconfig: string): Client => ({
  kubectl,
  transport: transports(kubectl, 'remote').at(-1) ?? 'SPDY',
  kubeconfig,
  home,
});
const way = (kubeconfig: string): Ways['direct'] => ({
  endpoint: new Endpoint(kubeconfig),
  client: client(kubeconfig),
});
const ways: Ways = {
  direct: way(harness.adminKubeconfig),
  gateway: way(harness.kubeconfig),
  folder: harness.folder,
  speedup: values.quick ? 10 : 1,
};
const admin = ways.direct;
const rows: Row[] = [];
const raw: Record<string, unknown> = {};
function keep<T>(name: string, measured: T, row: (name: string, measured: T) => Row): void {
  raw[name] = measured;
  const made = row(name, measured);
  rows.push(made);
  console.log(`${made.name}: direct ${made.direct}, gateway ${made.gateway} (${made.comparison}) ${made.target}`);
}

try {
  const sources = metricsOfBothSides();
  const fresh = wanted.has('memory') && sources ? await measureIdle(sources, idleSeconds) : undefined;
  if (wanted.has('reads')) {
    for (const { count, target, rounds, warmup } of [
      { count: 10, target: { surplusMs: 5 }, rounds: 500, warmup: 500 },
      { count: 5000, target: { ratio: 1.15 }, rounds: 60, warmup: 5 },
    ]) {
      const namespace = `bench-${count}`;
      await makePods(admin.endpoint, namespace, count);
      keep(`get ${count} pods, HTTPS`, await readPods(ways, namespace, { rounds, warmup }), (name, pair) =>
        latencyRow(name, pair, target),
      );
      keep(`get ${count} pods, kubectl`, await kubectlGetPods(ways, namespace, 20), (name, pair) =>
        latencyRow(name, pair, count === 10 ? {} : target),
      );
      await deleteNamespace(admin.endpoint, namespace);
    }
  }
  if (wanted.has('exec')) {
    keep('exec, first byte', await execFirstByte(ways, 100), (name, pair) => latencyRow(name, pair, { surplusMs: 10 }));
  }
  if (wanted.has('copy')) {
    for (const direction of ['up', 'down'] as const) {
      await keepThroughput(`kubectl cp ${direction}`, { sources, times: 1 }, (load) => copy(ways, direction, load));
    }
  }
  if (wanted.has('forward')) {
    await makeEchoPod(admin.client);
    for (const direction of ['down', 'up'] as const) {
      const [name, times] = direction === 'down' ? ['port-forward down', 1] : ['port-forward, echoed', 2];
      await keepThroughput(name, { sources, times }, (load) => forward(ways, direction, load));
    }
  }
  if (sources && fresh && harness.product) {
    const agents = Number(values.agents);
    const used = await measureIdle(sources, idleSeconds);
    const { url, caFile } = harness.product.ready;
    const memory = {
      fresh,
      used,
      gatewayWithManyAgents: await measureManyAgents(sources, { url, caFile, agents, seconds: idleSeconds }),
      agents,
    };
    raw['memory'] = memory;
    rows.push(...memoryRows(memory));
  }
} finally {
  ways.direct.endpoint.close();
  ways.gateway.endpoint.close();
  await end();
}

/** @param times how often each counted byte passes through the gateway. */
async function keepThroughput(
  name: string,
  { sources, times }: { sources: Sources | undefined; times: number },
  measure: (load: { megabytes: number; rounds: number }) => Promise<Pair>,
): Promise<void> {
  const megabytes = values.quick ? 50 : 200;
  const stop = sources && (await startCpuMeter(sources));
  const pair = await measure({ megabytes, rounds: 5 });
  const rounds = pair.gateway.length + 1;
  const cpu = await stop?.((times * rounds * megabytes * 1.048576) / 1000);
  keep(name, pair, (title, measured) => throughputRow(title, measured, { ratio: 0.75, cpu }));
}

function metricsOfBothSides(): Sources | undefined {
  if (!harness.product) return undefined;
  const { metricsUrl } = harness.product.ready;
  return { gatewayMetrics: async () => (await fetch(metricsUrl)).text(), agentMetrics };
}

async function agentMetrics(): Promise<string> {
  const list = await expectOk(admin.client, [
    'get',
    'pods',
    '-n',
    agentNamespace,
    '-o',
    'name',
    '--field-selector=status.phase=Running',
  ]);
  const pod = list.trim().split('\n')[0]?.replace('pod/', '');
  return expectOk(admin.client, [
    'get',
    '--raw',
    `/api/v1/namespaces/${agentNamespace}/pods/${pod}:8080/proxy/metrics`,
  ]);
}

const text = markdownTable(rows);
console.log(`\n${text}`);
mkdirSync(results, { recursive: true });
writeFileSync(join(results, 'bench.json'), `${JSON.stringify(raw, null, 1)}\n`);
if (values.write && !values.direct) {
  const document = join(repository, 'docs/performance.md');
  // Sections that follow are measured by other programs.
  const [, others = ''] = /(\n## .*)$/s.exec(readFileSync(document, 'utf8')) ?? [];
  writeFileSync(
    document,
    `# Performance

Measured by \`npm run bench -- --write\` on ${cpus().length} cores and ${Math.round(totalmem() / 2 ** 30)} GB, shared by everything: the load, a real Kubernetes
(\`e2e/cluster\`), the gateway with its database, and the agent as a pod. Direct and gateway alternate within one run, so both meet the same machine load; kubectl is ${kubectl.version}.
Auth, audit and metering are on. \`npm run bench -- --direct\` compares direct with itself and shows the noise.

${text}

HTTPS: requests in sequence on one keep-alive connection, as a Table with gzip accepted, as kubectl sends them; the figure for 10 pods follows 500
uncounted requests, because V8 compiles hot code while a fresh process runs. Exec: a new connection each time, from dialling to the first byte
of output. Port-forward, echoed: up and back down on one connection. CPU s/GB: CPU time of the gateway and of the agent; both cores are
busy here, so it sets the ratio. RSS: the lowest value of 20 idle seconds; the allocator returns little of what earlier work used.
${others}`,
  );
}
