import { once } from 'node:events';
import { rename, rm, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { freePort } from '@postern/postgres';
import pc from 'picocolors';
import { LocalAgents } from './agents.ts';
import { openBrowser } from './browser.ts';
import { type Certificates, ensureCertificates } from './certificates.ts';
import { stopStarting } from './child.ts';
import { startDashboard } from './dashboard.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { startDatabase } from './database.ts';
import { startDemoCluster } from './demo-cluster.ts';
import { mostDemos } from './demo-limit.ts';
import { DemoWorlds } from './demo-worlds.ts';
import { type Gateway, type GatewaySettings, startGateway } from './gateway.ts';
import { endLeftovers } from './leftovers.ts';
import type { Mode } from './mode.ts';
import { type LocalOptions, parseOptions } from './options.ts';
import { assertPortFree } from './ports.ts';
import { step } from './progress.ts';
import { hashOfSetupCode, isOpenToOthers, makeSetupCode } from './setup-code.ts';
import { Supervisor } from './supervisor.ts';
import { sameForAll, type UpstreamSource } from './upstream.ts';
import { UserError } from './user-error.ts';
import { findOwnCluster } from './user-kubeconfig.ts';

/** How long a program may take to exit after SIGTERM, in milliseconds; all of them and the database take at most 5 s. */
const PATIENCE = 3_000;

/** Starts everything, waits for Ctrl-C or for a program that keeps failing, and stops everything. @returns the exit code. */
export async function run(args: string[], mode: Mode): Promise<number> {
  const options = parseOptions(args, mode.defaultData, mode.command);
  const interruption = signalled();
  const interrupted = once(interruption, 'abort');
  const stops: (() => Promise<unknown>)[] = [];
  const stopping = new AbortController();
  try {
    const starting = start({ options, mode }, { stops, interruption, stopping: stopping.signal });
    await Promise.race([starting, interrupted]);
    if (interruption.aborted) {
      // Ends the starts in progress, so that `stops` has everything that must be stopped.
      await stopStarting(PATIENCE);
      await starting.catch(() => {});
    } else await Promise.race([(await starting).ended, interrupted]);
    return 0;
  } finally {
    if (stops.length > 0) process.stdout.write('Stopping …\n');
    // First, so that nothing is restarted while the rest is being stopped.
    stopping.abort();
    // A program that cannot be stopped must not keep the others running.
    for (const stop of stops.reverse()) await stop().catch(sayProblem);
  }
}

function sayProblem(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
}

/** Aborts at the first SIGINT, SIGTERM or SIGHUP; further signals have no effect. */
function signalled(): AbortSignal {
  const asked = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => asked.abort());
  return asked.signal;
}

/**
 * Starts the programs in order and adds a function that stops each to `stops`. Once all are running, returns a promise that
 * rejects when the database ends or another program is given up (wrapped, so that awaiting the start does not await the end).
 * Rejects soon after an interruption.
 */
async function start(
  { options, mode }: { options: LocalOptions; mode: Mode },
  {
    stops,
    interruption,
    stopping,
  }: { stops: (() => Promise<unknown>)[]; interruption: AbortSignal; stopping: AbortSignal },
): Promise<{ ended: Promise<never> }> {
  await assertPortFree(options.port, options.listen, options.command);
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
  const { commands, environment } = mode;
  const address = { host: options.listen, port: options.port };
  if (mode.openFront) {
    Object.assign(address, { host: '127.0.0.1', port: await freePort() });
    const { listen, port } = options;
    const front = await mode.openFront({ listen, port, certificates, gatewayPort: address.port, dashboardPort });
    stops.push(() => front.stop());
  }
  const isOpen = isOpenToOthers(options);
  const onLine = (program: string) => mode.onLine && ((line: string) => mode.onLine?.(program, line));
  const dashboardOptions = { port: dashboardPort, command: commands.dashboard, environment };
  const dashboardStart = step('dashboard', () => startDashboard(data, dashboardOptions));
  const demoOptions = { shells: !isOpen, command: commands.emulator, onLine: onLine('demo cluster') };
  const demoStart = options.demo
    ? step('demo cluster', () => startDemoCluster(data, demoOptions))
    : Promise.resolve(undefined);
  const databaseStart = step('database', () => startDatabase(data));
  const starts = await Promise.allSettled([dashboardStart, demoStart, databaseStart] as const);
  for (const { value } of starts.filter((started) => started.status === 'fulfilled')) {
    if (value) stops.push(() => value.stop(PATIENCE));
  }
  const [firstDashboard, demo, database] = [outcome(starts[0]), outcome(starts[1]), outcome(starts[2])];
  const dashboard = new Supervisor({
    what: 'The dashboard',
    child: firstDashboard,
    restart: () => startDashboard(data, { ...dashboardOptions, again: true }),
    stopping,
  });
  stops.push(() => dashboard.stop(PATIENCE));

  interruption.throwIfAborted();
  const demoWorlds = demo && new DemoWorlds(demo, mostDemos(totalmem()));
  const upstreams = new Map<string, UpstreamSource>();
  if (demoWorlds) upstreams.set('demo', demoWorlds);
  if (own) upstreams.set(own.name, sameForAll(own));
  const agents = new LocalAgents(
    data,
    {
      url: `https://localhost:${options.port}`,
      caFile: certificates.caFile,
      command: commands.agent,
      onLine: onLine('agent'),
    },
    upstreams,
  );
  const setupCode = isOpen ? makeSetupCode() : undefined;
  const settings: GatewaySettings = {
    command: commands.gateway,
    options,
    address,
    drainSeconds: mode.drainSeconds,
    certificates,
    databaseUrl: database.url,
    dashboardUrl: `http://127.0.0.1:${dashboardPort}`,
    secretFile: await data.secretFile('gateway'),
    setupCodeHash: setupCode && hashOfSetupCode(setupCode),
    connect: own ? [own.name] : [],
    onLocalCluster: (cluster) => void agents.join(cluster),
    onClusterDeleted: (clusterId) => void agents.remove(clusterId),
    onLine: onLine('gateway'),
  };
  const firstGateway = await step('gateway', () => startGateway(data, settings));
  const announce = ({ metricsUrl }: Gateway) => writeReady(data, { options, certificates, metricsUrl });
  const policy = mode.restartPolicy;
  const gateway = new Supervisor(
    {
      what: 'The gateway',
      child: firstGateway,
      restart: async () => {
        const child = await startGateway(data, settings, true);
        // Its port for metrics has changed.
        await announce(child).catch(() => {});
        return child;
      },
      stopping,
    },
    { policy },
  );
  stops.push(() => gateway.stop(PATIENCE));
  interruption.throwIfAborted();
  await agents.resume();
  stops.push(() => agents.stop(PATIENCE));
  const demoCluster =
    demoWorlds &&
    new Supervisor(
      {
        what: 'The demo cluster',
        child: demo,
        restart: async () => {
          const child = await startDemoCluster(data, { ...demoOptions, again: true });
          demoWorlds.moveTo(child);
          return child;
        },
        // Its address, certificate and tokens are new, and an agent only reads them at startup.
        onBack: () => agents.restart('demo'),
        stopping,
      },
      { policy },
    );
  if (demoCluster) stops.push(() => demoCluster.stop(PATIENCE));

  await announce(firstGateway);
  stops.push(() => rm(data.file('ready.json'), { force: true }));
  process.stdout.write(`Postern is ready at ${options.publicUrl}\n`);
  if (setupCode && firstGateway.setupCodeRequired) sayCode(setupCode);
  process.stdout.write(
    pc.dim(
      `  Your browser asks about the certificate once; trust ${certificates.caFile} and it never will. Ctrl-C stops everything.\n`,
    ),
  );
  if (own) {
    const text = `  "${own.name}", the context ${own.context} of your kubeconfig, joins the first organization.\n`;
    process.stdout.write(pc.dim(text));
  }
  if (demo && isOpen) {
    process.stdout.write(
      pc.dim(
        '  Others can reach this Postern, so the demo cluster has no terminals: they would be shells on this machine.\n',
      ),
    );
  }
  if (demo?.sandbox === 'limits') {
    process.stdout.write(
      pc.dim(
        '  This system has no user namespaces, so terminals of the demo cluster see your files and the network as you do.\n',
      ),
    );
  }
  if (options.open) openBrowser(options.publicUrl);
  const unwatch = mode.watch?.({
    gateway: { renew: () => gateway.renew(PATIENCE) },
    demoCluster: demoCluster && { renew: () => demoCluster.renew(PATIENCE) },
    agents,
  });
  stops.push(async () => unwatch?.());

  const databaseEnd = database.ended.then(() => {
    throw new UserError(`The database ended; see ${data.file('logs', 'database.log')}.`);
  });
  const ended = Promise.race([
    gateway.givenUp,
    dashboard.givenUp,
    databaseEnd,
    ...(demoCluster ? [demoCluster.givenUp] : []),
  ]);
  // Awaited once the start is complete; an interruption may come first.
  ended.catch(() => {});
  return { ended };
}

/** Writes the file that tells programs that this Postern is ready, and at which URL. Written atomically. */
async function writeReady(
  data: DataFolder,
  { options, certificates, metricsUrl }: { options: LocalOptions; certificates: Certificates; metricsUrl: string },
): Promise<void> {
  const { caFile } = certificates;
  const text = JSON.stringify({ url: options.publicUrl, caFile, pid: process.pid, metricsUrl });
  await writeFile(data.file('ready.json.new'), text);
  await rename(data.file('ready.json.new'), data.file('ready.json'));
}

/** Prints the code, to the terminal only, because anyone who has it can create the first account. */
function sayCode(code: string): void {
  process.stdout.write(
    `  ${pc.bold(`Set-up code: ${code}`)}\n${pc.dim('  Others can reach this Postern, so creating the first account takes this code. It works once, until the next start.')}\n`,
  );
}

/** The value of a settled promise. @throws the reason of a rejection. */
function outcome<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}
