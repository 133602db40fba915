import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { agentRuntime } from '@postern/kube';
import { type Child, startChild } from './child.ts';
import type { DataFolder } from './data-folder.ts';
import type { LocalCluster } from './gateway.ts';
import { built } from './programs.ts';
import { howEnded, type RestartPolicy, restartPolicy, waitBefore } from './supervisor.ts';
import type { UpstreamSource } from './upstream.ts';

/** How long an agent may take to exit after SIGTERM when it is restarted, in milliseconds. */
const PATIENCE = 3_000;
/** The agent's exit code for a permanently refused credential (docs/cli.md). */
const REFUSED = 2;

export interface AgentSettings {
  /** URL of the gateway. */
  url: string;
  caFile: string;
  /** Node's arguments to run an agent; default: the built one. */
  command?: readonly string[];
  onLine?: ((line: string) => void) | undefined;
  /** How to restart an agent; default: `restartPolicy`. */
  restarts?: RestartPolicy;
}

/** The record in an agent's folder. */
interface AgentRecord {
  clusterId: string;
  name: string;
  organization?: string;
  /** The context that it was created for: two contexts may result in the same cluster name. */
  context?: string | undefined;
}

/** The agents on this machine: for the demo cluster of each organization, and for --connect. */
export class LocalAgents {
  readonly #data: DataFolder;
  readonly #settings: AgentSettings;
  /** By cluster name: `demo`, or the context of --connect. */
  readonly #upstreams: Map<string, UpstreamSource>;
  /** By cluster id, like the following fields. */
  readonly #running = new Map<string, Child>();
  /** Includes agents that wait for their next start. */
  readonly #kept = new Map<string, Promise<void>>();
  /** The newest token of each; earlier ones stop working. */
  readonly #joinTokens = new Map<string, string>();
  readonly #names = new Map<string, string>();
  /** Clusters beyond the limit, in the order in which they came. */
  readonly #waiting = new Map<string, AgentRecord>();
  /** Agents that are to be restarted. */
  readonly #asked = new Set<string>();
  /** To end each for good. */
  readonly #ends = new Map<string, AbortController>();
  /** Clusters that were deleted, or whose agent was refused permanently. */
  readonly #removed = new Set<string>();
  readonly #stop = new AbortController();
  /** Ends all waits for the next start. */
  #wake = new AbortController();

  constructor(data: DataFolder, settings: AgentSettings, upstreams: Map<string, UpstreamSource>) {
    this.#data = data;
    this.#settings = settings;
    this.#upstreams = upstreams;
  }

  get children(): Child[] {
    return [...this.#running.values()];
  }

  /** Starts the agents of earlier runs, which already have an identity. */
  async resume(): Promise<void> {
    for (const id of await readdir(this.#data.file('agents')).catch(() => [])) {
      const record = await readRecord(this.#data.file('agents', id, 'cluster.json'));
      if (record !== undefined) this.#keep(record);
    }
  }

  /** Enrols and starts an agent for a cluster that the gateway has just created, or prints that it cannot. */
  async join(cluster: LocalCluster): Promise<void> {
    const { clusterId, name, organization } = cluster;
    const record: AgentRecord = { clusterId, name, organization, context: this.#upstreams.get(name)?.context };
    this.#joinTokens.set(clusterId, cluster.joinToken);
    // A refused one may get a new token.
    this.#removed.delete(clusterId);
    try {
      await this.#write(record);
    } catch (error) {
      say(`The cluster "${name}" is not connected: ${(error as Error).message}. It is tried again at the next start.`);
      return;
    }
    this.#keep(record);
  }

  /** Ends the agent of a cluster that was deleted, and removes its identity. Any cluster: most are not of this machine. */
  async remove(clusterId: string): Promise<void> {
    this.#removed.add(clusterId);
    this.#waiting.delete(clusterId);
    this.#ends.get(clusterId)?.abort();
    await this.#running.get(clusterId)?.stop(PATIENCE);
    await this.#kept.get(clusterId);
    await this.#forget(clusterId);
  }

  /** Restarts the agents with a cluster's name, because their upstream has changed. */
  restart(name: string): Promise<void> {
    return this.#endForNow([...this.#running].filter(([id]) => this.#names.get(id) === name));
  }

  /** Restarts all agents, including those that wait for their next start, because their sources have changed. */
  renew(): Promise<void> {
    this.#wake.abort();
    this.#wake = new AbortController();
    return this.#endForNow([...this.#running]);
  }

  async #endForNow(those: [clusterId: string, agent: Child][]): Promise<void> {
    for (const [id] of those) this.#asked.add(id);
    await Promise.all(those.map(([, child]) => child.stop(PATIENCE)));
  }

  async stop(patience: number): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.children.map((child) => child.stop(patience)));
    await Promise.all(this.#kept.values());
  }

  async #write(record: AgentRecord): Promise<void> {
    const folder = this.#data.file('agents', record.clusterId);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, 'cluster.json'), JSON.stringify(record));
  }

  /** Runs an agent, and restarts it when it exits, until it is refused permanently. */
  #keep(record: AgentRecord): void {
    const { clusterId, name } = record;
    const source = this.#upstreams.get(name);
    if (source === undefined || this.#kept.has(clusterId) || this.#removed.has(clusterId)) return;
    if (this.#stop.signal.aborted) return;
    if (record.context !== source.context) {
      say(
        `"${name}" is the context ${record.context} here, so ${source.context} is not connected. Delete the cluster, or rename the context.`,
      );
      return;
    }
    if (source.most !== undefined && this.#keptWith(name) >= source.most) {
      this.#waiting.set(clusterId, record);
      say(sayFull(record, source.most));
      return;
    }
    this.#names.set(clusterId, name);
    const end = new AbortController();
    this.#ends.set(clusterId, end);
    const kept = this.#run(record, source, AbortSignal.any([this.#stop.signal, end.signal])).finally(() => {
      this.#kept.delete(clusterId);
      this.#ends.delete(clusterId);
      if (this.#removed.has(clusterId)) source.forget(clusterId);
      this.#keepNext(name);
    });
    this.#kept.set(clusterId, kept);
  }

  /** How many agents of clusters with this name are kept running. */
  #keptWith(name: string): number {
    return [...this.#kept.keys()].filter((id) => this.#names.get(id) === name).length;
  }

  /** Gives a free place to the cluster that has waited longest. */
  #keepNext(name: string): void {
    const next = [...this.#waiting.values()].find((record) => record.name === name);
    if (next === undefined) return;
    this.#waiting.delete(next.clusterId);
    this.#keep(next);
  }

  /** Never rejects. @param signal ends it. */
  async #run(record: AgentRecord, source: UpstreamSource, signal: AbortSignal): Promise<void> {
    const { clusterId, name } = record;
    let ends = 0;
    for (let again = false; !signal.aborted; again = true) {
      const since = performance.now();
      const joinToken = this.#joinTokens.get(clusterId);
      const { code, why } = await this.#runOnce(record, { source, joinToken, again, signal });
      if (signal.aborted) return;
      if (this.#asked.delete(clusterId)) continue;
      if (code === REFUSED && this.#joinTokens.get(clusterId) === joinToken) {
        say(`The agent of "${name}" ended (${why}); it was refused for good.`);
        this.#removed.add(clusterId);
        await this.#forget(clusterId);
        return;
      }
      const { restarts = restartPolicy } = this.#settings;
      ends = performance.now() - since >= restarts.healthy ? 1 : ends + 1;
      const wait = waitBefore(ends, restarts);
      // Printed once; the log has the latest reason.
      if (ends === 1) say(`The agent of "${name}" ended (${why}). It starts again in ${(wait / 1_000).toFixed(1)} s.`);
      await delay(wait, undefined, { signal: AbortSignal.any([signal, this.#wake.signal]) }).catch(() => {});
    }
  }

  /** Starts an agent and waits until it exits. */
  async #runOnce(
    { clusterId }: AgentRecord,
    {
      source,
      joinToken,
      again,
      signal,
    }: { source: UpstreamSource; joinToken: string | undefined; again: boolean; signal: AbortSignal },
  ): Promise<{ code: number | null; why: string }> {
    try {
      const upstream = await source.of(clusterId);
      signal.throwIfAborted();
      const child = startChild(this.#data, {
        name: `agent-${clusterId}`,
        again,
        ...(this.#settings.onLine && { onLine: this.#settings.onLine }),
        args: [
          ...agentRuntime.nodeArgs,
          ...(this.#settings.command ?? built.agent),
          ...['--url', this.#settings.url, '--ca-file', this.#settings.caFile],
          ...['--kubeconfig', upstream.kubeconfig, '--state', this.#data.file('agents', clusterId)],
          ...(upstream.context === undefined ? [] : ['--context', upstream.context]),
        ],
        // Never as an argument, which every user of the machine can read.
        env: { ...agentRuntime.env, ...(joinToken !== undefined && { POSTERN_JOIN_TOKEN: joinToken }) },
      });
      this.#running.set(clusterId, child);
      const code = await child.ended;
      this.#running.delete(clusterId);
      return { code, why: `${howEnded(child, code)}; see ${child.logFile}` };
    } catch (error) {
      return { code: null, why: (error as Error).message };
    }
  }

  async #forget(clusterId: string): Promise<void> {
    this.#joinTokens.delete(clusterId);
    // If it cannot be removed, the agent is refused again at the next start.
    await rm(this.#data.file('agents', clusterId), { recursive: true, force: true }).catch(() => {});
  }
}

/** Reads the record in an agent's folder; undefined if it is missing or invalid. */
async function readRecord(file: string): Promise<AgentRecord | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as AgentRecord;
  } catch {
    return undefined;
  }
}

/** Says why a cluster is not connected, and what to do. */
function sayFull({ name, organization }: AgentRecord, most: number): string {
  const whose = organization === undefined ? '' : ` of the organization "${organization}"`;
  return `The cluster "${name}"${whose} is not connected: this machine runs at most ${most} of them at once, because each needs an agent of its own. It is connected when another one is deleted.`;
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
