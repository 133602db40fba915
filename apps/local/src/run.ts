import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import pc from 'picocolors';
import { LocalAgents, type Upstream } from './agents.ts';
import { openBrowser } from './browser.ts';
import { ensureCertificates } from './certificates.ts';
import { stopStarting } from './child.ts';
import { startDashboard } from './dashboard.ts';
import { openDataFolder } from './data-folder.ts';
import { startDatabase } from './database.ts';
import { startDemoCluster } from './demo-cluster.ts';
import { startGateway } from './gateway.ts';
import { endLeftovers } from './leftovers.ts';
import { type LocalOptions, parseOptions } from './options.ts';
import { assertPortFree, freePort, isLoopback } from './ports.ts';
import { checkout } from './programs.ts';
import { step } from './progress.ts';
import { UserError } from './user-error.ts';
import { findOwnCluster } from './user-kubeconfig.ts';

/** Milliseconds a program gets to end after SIGTERM: all of them and the database together within five seconds. */
const PATIENCE = 3_000;

/** Starts everything, waits for Ctrl-C or the end of one of the programs, and stops everything. Answers the exit code. */
export async function run(args: string[]): Promise<number> {
  const options = parseOptions(args, `${checkout}.postern`);
  const interruption = signalled();
  const interrupted = once(interruption, 'abort');
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const starting = start(options, { stops, interruption });
    await Promise.race([starting, interrupted]);
    if (interruption.aborted) {
      // What is under way comes to its end, so that `stops` knows of all there is to stop.
      await stopStarting(PATIENCE);
      await starting.catch(() => {});
    } else await Promise.race([(await starting).ended, interrupted]);
    return 0;
  } finally {
    if (stops.length > 0) process.stdout.write('Stopping …\n');
    for (const stop of stops.reverse()) await stop();
  }
}

/** Aborted at the first signal that asks to end; more of them change nothing. */
function signalled(): AbortSignal {
  const asked = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => asked.abort());
  return asked.signal;
}

/**
 * Starts the programs in order and puts how to stop each into `stops`. Answers, once all are up, a promise that rejects when
 * one of them ends by itself (wrapped, so that awaiting the start does not await the end). Rejects soon after an interruption.
 */
async function start(
  options: LocalOptions,
  { stops, interruption }: { stops: (() => Promise<unknown>)[]; interruption: AbortSignal },
): Promise<{ ended: Promise<never> }> {
  await assertPortFree(options.port, options.listen);
  const own = options.connect === undefined ? undefined : await findOwnCluster(options.connect);
  const data = await openDataFolder(options.data);
  stops.push(() => data.release());
  process.stdout.write(`${pc.bold('Postern')} ${pc.dim(`data in ${data.path}`)}\n`);
  await endLeftovers(data);

  const hosts = [
    ...new Set(['localhost', '127.0.0.1', '::1', new URL(options.publicUrl).hostname.replace(/^\[|\]$/g, '')]),
  ];
  const certificates = await step('certificates', () => ensureCertificates(data, hosts));
  const dashboardPort = await freePort();
  interruption.throwIfAborted();
  const dashboardStart = step('dashboard', () => startDashboard(data, dashboardPort));
  const demoStart = options.demo
    ? step('demo cluster', () => startDemoCluster(data, { shells: isLoopback(options.listen) }))
    : Promise.resolve(undefined);
  const databaseStart = step('database', () => startDatabase(data));
  const starts = await Promise.allSettled([dashboardStart, demoStart, databaseStart] as const);
  for (const { value } of starts.filter((started) => started.status === 'fulfilled')) {
    if (value) stops.push(() => value.stop(PATIENCE));
  }
  const [dashboard, demo, database] = [outcome(starts[0]), outcome(starts[1]), outcome(starts[2])];

  interruption.throwIfAborted();
  const upstreams = new Map<string, Upstream>();
  if (demo) upstreams.set('demo', demo);
  if (own) upstreams.set(own.name, own);
  const agents = new LocalAgents(
    data,
    { url: `https://localhost:${options.port}`, caFile: certificates.caFile },
    upstreams,
  );
  const gateway = await step('gateway', () =>
    startGateway(data, {
      options,
      certificates,
      databaseUrl: database.url,
      dashboardUrl: `http://127.0.0.1:${dashboardPort}`,
      connect: own ? [own.name] : [],
      onLocalCluster: (cluster) => void agents.join(cluster),
    }),
  );
  stops.push(() => gateway.stop(PATIENCE));
  interruption.throwIfAborted();
  await agents.resume();
  stops.push(() => agents.stop(PATIENCE));

  await writeFile(
    data.file('ready.json'),
    JSON.stringify({
      url: options.publicUrl,
      caFile: certificates.caFile,
      pid: process.pid,
      metricsUrl: gateway.metricsUrl,
    }),
  );
  stops.push(() => rm(data.file('ready.json'), { force: true }));
  process.stdout.write(`Postern is ready at ${options.publicUrl}\n`);
  process.stdout.write(
    pc.dim(
      `  Your browser asks about the certificate once; trust ${certificates.caFile} and it never will. Ctrl-C stops everything.\n`,
    ),
  );
  if (own) {
    const text = `  "${own.name}", the context ${own.context} of your kubeconfig, joins the first organization.\n`;
    process.stdout.write(pc.dim(text));
  }
  if (demo && !isLoopback(options.listen)) {
    process.stdout.write(
      pc.dim(
        '  Others can reach this Postern, so the demo cluster has no terminals: they would be shells on this machine.\n',
      ),
    );
  }
  if (options.open) openBrowser(options.publicUrl);

  const ends = [
    gateway.ended.then((code) => `The gateway ended (exit code ${code}); see ${data.file('logs', 'gateway.log')}.`),
    dashboard.ended.then(
      (code) => `The dashboard ended (exit code ${code}); see ${data.file('logs', 'dashboard.log')}.`,
    ),
    database.ended.then(() => `The database ended; see ${data.file('logs', 'database.log')}.`),
  ];
  return {
    ended: Promise.race(ends).then((sentence) => {
      throw new UserError(sentence);
    }),
  };
}

/** The value of a settled promise. @throws what it was rejected with. */
function outcome<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}
