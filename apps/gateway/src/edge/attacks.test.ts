import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import type { EdgeLimits } from './limits.ts';

const edgeProgram = new URL('../test/edge-process.ts', import.meta.url);
const attackProgram = new URL('../../../../security/attacks/run-edge-attack.ts', import.meta.url);

const children: ChildProcess[] = [];
afterEach(async () => {
  await Promise.all(
    children.splice(0).map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }),
  );
});

function start(program: URL, args: string[]): ChildProcess {
  // The gateway's own heap settings (apps/local/src/gateway.ts).
  const flags = ['--expose-gc', '--conditions=@postern/source', '--max-semi-space-size=2'];
  const child = fork(program, args, { execArgv: flags, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  children.push(child);
  return child;
}

interface Harness {
  edge: ChildProcess;
  port: number;
  cert: string;
  tls: boolean;
}

async function startEdge(tls: boolean): Promise<Harness> {
  // At least ten times longer in production, but what is held meanwhile is bounded by counts and bytes, not by time.
  const edgeLimits: Partial<EdgeLimits> = {
    // Longer than this machine may stand still: it applies to the legitimate requests as well.
    headersTimeoutMs: 3_000,
    keepAliveMs: 1_000,
    bodyTimeoutMs: 1_000,
    stalledMs: 1_000,
  };
  const edge = start(edgeProgram, [JSON.stringify({ tls, edgeLimits })]);
  const [{ port, cert }] = (await once(edge, 'message')) as [{ port: number; cert: string }];
  return { edge, port, cert, tls };
}

async function residentMib({ edge }: Harness): Promise<number> {
  const reply = once(edge, 'message') as Promise<[{ rss: number }]>;
  edge.send('rss');
  const [{ rss }] = await reply;
  return rss / 2 ** 20;
}

/** Sends a legitimate request on a new connection. @returns the time it took, in milliseconds. */
async function ask({ port, cert, tls }: Harness): Promise<number> {
  const started = performance.now();
  const options = { host: 'localhost', port, path: '/api/v1/meta', agent: false, family: 4, localAddress: '127.0.0.9' };
  const request = (tls ? httpsRequest({ ...options, ca: cert }) : httpRequest(options)).end();
  const [response] = await once(request, 'response');
  await once(response.resume(), 'end');
  expect(response.statusCode).toBe(200);
  return performance.now() - started;
}

/** The median time of `count` legitimate requests, sent one after another. */
async function median(harness: Harness, count: number): Promise<number> {
  const taken: number[] = [];
  for (let index = 0; index < count; index++) taken.push(await ask(harness));
  return taken.sort((a, b) => a - b)[Math.floor(count / 2)] ?? Number.NaN;
}

/** What an attack has done so far. */
interface Tally {
  connections: number;
  ended: number;
  sent: number;
}

/** How far an attack must get, and what it may cost at most. */
interface Bound {
  name: string;
  tls: boolean;
  /** The attack continues until all of these are reached. `ended` counts connections that the edge closed. */
  reach: Partial<Tally>;
  /** Maximum growth of the resident memory, in MiB. */
  mib: number;
}

const bounds: Bound[] = [
  { name: 'slow-heads', tls: false, reach: { connections: 600, ended: 500, sent: 500 }, mib: 30 },
  { name: 'slow-bodies', tls: false, reach: { sent: 600, ended: 500 }, mib: 30 },
  { name: 'slow-readers', tls: true, reach: { sent: 1_000, ended: 100 }, mib: 60 },
  { name: 'idle-connections', tls: false, reach: { connections: 5_000, ended: 4_000 }, mib: 60 },
  { name: 'connection-flood', tls: false, reach: { connections: 3_000, ended: 1_000 }, mib: 40 },
  { name: 'rapid-reset', tls: true, reach: { sent: 4_000, ended: 8 }, mib: 40 },
  { name: 'continuation-flood', tls: true, reach: { sent: 200, ended: 40 }, mib: 30 },
  { name: 'closed-windows', tls: true, reach: { sent: 6_500 }, mib: 60 },
  { name: 'trickled-windows', tls: true, reach: { sent: 5_000 }, mib: 30 },
  { name: 'control-flood', tls: true, reach: { sent: 20_000, ended: 10 }, mib: 60 },
  { name: 'missing-bodies', tls: true, reach: { sent: 2_000 }, mib: 40 },
];

describe.each(bounds)('under attack by $name', ({ name, tls, reach, mib }) => {
  it('the edge serves others, and its memory stays bounded', { timeout: 120_000 }, async () => {
    const harness = await startEdge(tls);
    const quiet = await median(harness, 20);
    const before = await residentMib(harness);
    const attacker = start(attackProgram, [name, String(harness.port)]);
    attacker.send(tls ? harness.cert : '');
    const taken: number[] = [];
    let most = 0;
    while (taken.length < 10 || !hasReached(await tallyOf(attacker), reach)) {
      taken.push(await ask(harness));
      most = Math.max(most, await residentMib(harness));
    }
    const busy = taken.sort((a, b) => a - b)[Math.floor(taken.length / 2)] ?? 0;
    if (process.env['POSTERN_ATTACK_FIGURES'] !== undefined)
      console.log({ name, quiet, busy, worst: taken.at(-1), grownMib: most - before, ...(await tallyOf(attacker)) });
    expect(most - before).toBeLessThan(mib);
    expect(busy).toBeLessThan(10 * Math.max(quiet, 50));
    expect(harness.edge.exitCode).toBeNull();
  });
});

async function tallyOf(attacker: ChildProcess): Promise<Tally> {
  const reply = once(attacker, 'message') as Promise<[Tally]>;
  attacker.send('tally');
  const [tally] = await reply;
  return tally;
}

const hasReached = (tally: Tally, { connections = 0, ended = 0, sent = 0 }: Partial<Tally>): boolean =>
  tally.connections >= connections && tally.ended >= ended && tally.sent >= sent;
