import { setTimeout } from 'node:timers/promises';
import { type GatewayProcess, startGatewayProcess } from '../harness/gateway-process.ts';
import { HonestTenant } from '../harness/honest.ts';
import { mebibytes, residentBytes } from '../harness/memory.ts';
import { Rest } from '../harness/rest.ts';
import { Random } from './random.ts';
import type { FuzzHarness, ListenerTarget, PureTarget, Target } from './target.ts';

/** More than this indicates a leak: an idle gateway uses about 130 MiB. */
const maxResidentBytes = 640 * 2 ** 20;

/** Raised limits, so that cases reach the code that they test. */
const environment = {
  POSTERN_NEW_CONNECTIONS_PER_ADDRESS: '1000000',
  POSTERN_CONNECTIONS_PER_ADDRESS: '100000',
  POSTERN_REQUESTS_PER_USER: '1000000',
  POSTERN_REQUESTS_PER_ORGANIZATION: '1000000',
  POSTERN_LIVE_EVENTS_PER_USER: '1000000',
  POSTERN_STREAMS_PER_USER: '100000',
  POSTERN_STREAMS_PER_ORGANIZATION: '100000',
  POSTERN_STREAMS_PER_CLUSTER: '100000',
  POSTERN_TUNNELS_PER_AGENT: '1000',
};

export interface FuzzOptions {
  targets: readonly Target[];
  /** In total, shared among the targets by weight. */
  cases: number;
  seed: string;
  /** Only these numbers of a target's cases, inclusive. */
  only?: { from: number; to: number } | undefined;
  onProgress?: (line: string) => void;
}

interface TargetResult {
  target: string;
  cases: number;
  ms: number;
  /** What went wrong, with the command that reproduces it. */
  failure?: string;
}

export interface FuzzResult {
  cases: number;
  targets: TargetResult[];
  /** Empty if everything passed. */
  failures: string[];
  residentPeak: number;
}

/** A gateway and its tenants. After a crash the next target gets a new one. */
class Harness implements FuzzHarness {
  readonly gateway: GatewayProcess;
  readonly rest: Rest;
  readonly attacker: FuzzHarness['attacker'];
  readonly #honest: HonestTenant;
  #problemsSeen = 0;

  private constructor(parts: {
    gateway: GatewayProcess;
    rest: Rest;
    attacker: FuzzHarness['attacker'];
    honest: HonestTenant;
  }) {
    this.gateway = parts.gateway;
    this.rest = parts.rest;
    this.attacker = parts.attacker;
    this.#honest = parts.honest;
  }

  static async start(tls: boolean): Promise<Harness> {
    const gateway = await startGatewayProcess({ environment, tls });
    const rest = new Rest(gateway, 16);
    const honest = await HonestTenant.join(gateway);
    return new Harness({ gateway, rest, honest, attacker: await rest.signUp('attacker') });
  }

  /** What is wrong after a batch; undefined if nothing is. */
  async problem(): Promise<string | undefined> {
    const honest = await this.#honest.check().then(
      () => undefined,
      (error: unknown) => String(error),
    );
    const { log } = this.gateway;
    // A connection breaks slightly before the process is reported to have ended.
    if (honest !== undefined) await setTimeout(500);
    if (!this.gateway.isRunning())
      return `the gateway ended: ${this.gateway.ending()}\n${log.problems.slice(-20).join('\n')}`;
    if (log.problems.length > this.#problemsSeen) {
      const lines = log.problems.slice(this.#problemsSeen);
      this.#problemsSeen = log.problems.length;
      return `the gateway logged ${lines.length} errors:\n${lines.slice(0, 3).join('\n')}`;
    }
    return honest;
  }

  async stop(): Promise<void> {
    await this.#honest.leave();
    this.rest.close();
    await this.gateway.stop();
  }
}

/** Runs the targets one after another against one gateway. Stops a target at its first failure and continues with the next. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { targets, cases, seed, only, onProgress = () => {} } = options;
  const weights = targets.reduce((sum, { weight }) => sum + weight, 0);
  const result: FuzzResult = { cases: 0, targets: [], failures: [], residentPeak: 0 };
  let harness: Harness | undefined;
  try {
    for (const target of targets) {
      const range = only ?? { from: 0, to: Math.max(1, Math.round((cases * target.weight) / weights)) - 1 };
      if (target.kind === 'listener' && (!harness?.gateway.isRunning() || harness.gateway.tls !== target.tls)) {
        await harness?.stop();
        harness = await Harness.start(target.tls);
      }
      const started = performance.now();
      let outcome: { done: number; failure?: string };
      if (target.kind === 'pure' || harness === undefined)
        outcome = checkPure(target as PureTarget<unknown>, { range, seed });
      else {
        outcome = await attack(target, { range, seed, harness });
        if (harness.gateway.isRunning()) {
          const { peak } = await residentBytes(harness.gateway.pid);
          result.residentPeak = Math.max(result.residentPeak, peak);
          if (peak > maxResidentBytes) outcome.failure ??= `the gateway used ${mebibytes(peak)} of memory`;
        }
      }
      const done: TargetResult = { target: target.name, cases: outcome.done, ms: performance.now() - started };
      if (outcome.failure !== undefined) {
        done.failure = outcome.failure;
        result.failures.push(`${target.name}: ${outcome.failure}`);
      }
      result.cases += done.cases;
      result.targets.push(done);
      onProgress(
        `${target.name.padEnd(18)} ${String(done.cases).padStart(8)} cases ${(done.ms / 1000).toFixed(1).padStart(6)} s${done.failure === undefined ? '' : `  FAILED: ${done.failure}`}`,
      );
    }
  } finally {
    await harness?.stop();
  }
  return result;
}

interface Range {
  from: number;
  to: number;
}

const make = (target: Target, seed: string, number: number): unknown =>
  target.make(new Random(`${seed}:${target.name}:${number}`));

const replay = (target: Target, seed: string, { from, to }: Range): string =>
  `npm run fuzz -- --seed ${seed} --target ${target.name} --only ${from === to ? from : `${from}-${to}`}`;

function checkPure(
  target: PureTarget<unknown>,
  { range, seed }: { range: Range; seed: string },
): { done: number; failure?: string } {
  for (let number = range.from; number <= range.to; number++) {
    const sample = make(target, seed, number);
    try {
      target.check(sample);
    } catch (error) {
      const failure = `${String(error)}\n  case ${number}: ${target.describe(sample)}\n  ${replay(target, seed, { from: number, to: number })}`;
      return { done: number - range.from + 1, failure };
    }
  }
  return { done: range.to - range.from + 1 };
}

async function attack(
  target: ListenerTarget<unknown>,
  { range, seed, harness }: { range: Range; seed: string; harness: Harness },
): Promise<{ done: number; failure?: string }> {
  const sender = await target.open(harness);
  let done = 0;
  try {
    for (let from = range.from; from <= range.to; from += target.batch) {
      const to = Math.min(range.to, from + target.batch - 1);
      const cases = Array.from({ length: to - from + 1 }, (_, index) => make(target, seed, from + index));
      const wrong = await sender.send(cases).then(
        () => undefined,
        (error: unknown) => String(error),
      );
      done += cases.length;
      const problem = await harness.problem();
      const what = problem ?? wrong;
      if (what === undefined) continue;
      const shown = cases.length === 1 ? `\n  case ${from}: ${target.describe(cases[0])}` : '';
      return { done, failure: `${what}${shown}\n  ${replay(target, seed, { from, to })}` };
    }
    return { done };
  } finally {
    await sender.close();
  }
}
