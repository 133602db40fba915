import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from '@postern/testkit';
import { launch, openPage } from '../e2e/browser/chromium.ts';
import { signUp } from '../e2e/browser/steps.ts';
import { startProduct, stopProduct } from '../e2e/harness/process.ts';
import { startLargeCluster } from './large-cluster.ts';
import { metric } from './process-metrics.ts';
import { WireClient, watchDelays } from './wire.ts';

type BrowserPage = Awaited<ReturnType<typeof openPage>>;

/**
 * `npm run bench:browser`: what a browser gets of a large cluster (`large-cluster.ts`): the time until the first and the last
 * row of a table, the bytes on the wire, and the CPU time of the gateway. `--pods 5000` for another size, `--plain` for a
 * cluster that compresses nothing itself.
 */
const { values } = parseArgs({
  options: { pods: { type: 'string', default: '50000' }, plain: { type: 'boolean', default: false } },
});
const pods = Number(values.pods);
const cluster = await startLargeCluster(pods, { compresses: !values.plain });
const data = mkdtempSync(join(tmpdir(), 'postern-bench-'));
const kubeconfig = join(data, 'kubeconfig.json');
writeFileSync(kubeconfig, cluster.kubeconfig);
const port = await freePort('0.0.0.0');
const { url, caFile, metricsUrl } = await startProduct({
  data,
  port,
  publicUrl: `https://localhost:${port}`,
  args: ['--no-demo', '--connect'],
  env: { KUBECONFIG: kubeconfig },
});
const browser = await launch();
try {
  const page = await openPage(browser);
  page.setDefaultTimeout(120_000);
  const home = await signUp(page, { url, organization: 'Bench' });
  await page
    .getByText(/^Online/)
    .first()
    .waitFor();
  const received = await countBytes(page);
  await page.goto(`${home}/clusters/large/r/pods`);
  await page.getByText('Live', { exact: true }).first().waitFor();
  for (let round = 0; round < 3; round++) {
    const before = { cpu: await cpuSeconds(), bytes: received() };
    await page.goto('about:blank');
    const began = performance.now();
    await page.goto(`${home}/clusters/large/r/pods`, { waitUntil: 'commit' });
    await page.getByRole('grid', { name: 'Pods' }).getByRole('row').nth(3).waitFor();
    const first = performance.now() - began;
    await page.getByText('Live', { exact: true }).first().waitFor();
    const last = performance.now() - began;
    const cpu = (await cpuSeconds()) - before.cpu;
    const bytes = received() - before.bytes;
    const figures = [
      `${pods} pods: first rows ${(first / 1000).toFixed(2)} s, all ${(last / 1000).toFixed(2)} s`,
      `${(bytes / 1e6).toFixed(2)} MB from the cluster`,
      `gateway ${cpu.toFixed(2)} CPU s`,
    ];
    console.log(figures.join(', '));
  }
  const cookies = await page.context().cookies();
  const client = new WireClient(url, {
    base: `/k8s${new URL(home).pathname}/large`,
    cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
    caFile,
  });
  await page.close();
  await compareLists(client);
  const { plain, compressed } = await watchDelays(client, cluster, 10_000);
  const delay = ({ p50, p99 }: typeof plain) => `${p50.toFixed(2)} / ${p99.toFixed(2)} ms`;
  console.log(`watch event, p50 / p99: plain ${delay(plain)}, compressed ${delay(compressed)}`);
  client.close();
} finally {
  await browser.close();
  await stopProduct(data);
  await cluster.close();
  rmSync(data, { recursive: true, force: true });
}

/** The bytes of 5,000 pods on the wire, and the CPU time of the gateway for them, taking turns. */
async function compareLists(client: WireClient): Promise<void> {
  const codings = ['identity', 'gzip, deflate, br, zstd', 'gzip, deflate, br', 'gzip'];
  const spent = new Map(codings.map((coding) => [coding, { cpu: 0, bytes: 0, used: '' }]));
  const rounds = 20;
  for (const coding of codings) await client.list(coding);
  for (let round = 0; round < rounds; round++) {
    for (const [coding, sum] of spent) {
      const before = await cpuSeconds();
      const list = await client.list(coding);
      sum.cpu += (await cpuSeconds()) - before;
      sum.bytes = list.bytes;
      sum.used = list.codings.join(', ');
    }
  }
  const megabytes = (spent.get('identity')?.bytes ?? 0) / 1e6;
  for (const [coding, { cpu, bytes, used }] of spent) {
    const perMegabyte = ((cpu * 1e3) / rounds / megabytes).toFixed(2);
    console.log(
      `5000 pods, accepting ${coding}: ${(bytes / 1e6).toFixed(3)} MB (${used}), gateway ${perMegabyte} CPU ms/MB`,
    );
  }
}

/** Counts the bytes of responses under `/k8s/` as they are on the wire. */
async function countBytes(page: BrowserPage): Promise<() => number> {
  const protocol = await page.context().newCDPSession(page);
  await protocol.send('Network.enable');
  const ours = new Set<string>();
  let bytes = 0;
  protocol.on('Network.responseReceived', ({ requestId, response }) => {
    if (new URL(response.url).pathname.startsWith('/k8s/')) ours.add(requestId);
  });
  protocol.on('Network.dataReceived', ({ requestId, encodedDataLength }) => {
    if (ours.has(requestId)) bytes += encodedDataLength;
  });
  return () => bytes;
}

function cpuSeconds(): Promise<number> {
  return metric(async () => (await fetch(metricsUrl)).text(), 'process_cpu_seconds_total');
}
