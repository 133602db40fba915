import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, startChild } from './child.ts';
import type { DataFolder } from './data-folder.ts';
import type { LocalCluster } from './gateway.ts';
import { built } from './programs.ts';
import { howEnded, restartPolicy, waitBefore } from './supervisor.ts';

/** Agents beyond this many are not started: each is a process, and a laptop needs one demo, not fifty. */
const MOST = 8;
/** Milliseconds an agent gets to end after SIGTERM when it is restarted. */
const PATIENCE = 3_000;
/** The agent's exit code for a credential that is refused for good (docs/cli.md). */
const REFUSED = 2;

export interface Upstream {
  /** Its file, or several as in `KUBECONFIG`. */
  kubeconfig: string;
  /** Context of the kubeconfig; its current one when undefined. */
  context?: string | undefined;
}

export interface AgentSettings {
  /** The gateway's. */
  url: string;
  caFile: string;
  /** Arguments of Node that run an agent; as built when undefined. */
  command?: readonly string[];
  onLine?: ((line: string) => void) | undefined;
}

/** What an agent's folder says about it. */
interface AgentRecord {
  clusterId: string;
  name: string;
  /** Of the kubeconfig it was made for: two contexts may come to the same name. */
  context?: string | undefined;
}

/** The agents that this machine runs: for the demo cluster of each organization, and for --connect. */
export class LocalAgents {
  readonly #data: DataFolder;
  readonly #settings: AgentSettings;
  /** By cluster name: `demo`, or the context of --connect. */
  readonly #upstreams: Map<string, Upstream>;
  /** By cluster id, as what follows. */
  readonly #running = new Map<string, Child>();
  /** Also those that wait for their next start. */
  readonly #kept = new Map<string, Promise<void>>();
  /** The newest of each: an earlier one stops working. */
  readonly #joinTokens = new Map<string, string>();
  readonly #names = new Map<string, string>();
  /** Those that were asked to start again. */
  readonly #asked = new Set<string>();
  readonly #stop = new AbortController();
  /** Ends the waits for the next start. */
  #wake = new AbortController();

  constructor(data: DataFolder, settings: AgentSettings, upstreams: Map<string, Upstream>) {
    this.#data = data;
    this.#settings = settings;
    this.#upstreams = upstreams;
  }

  get children(): Child[] {
    return [...this.#running.values()];
  }

  /** Starts the agents of earlier times, which have their identity already. */
  async resume(): Promise<void> {
    for (const id of await readdir(this.#data.file('agents')).catch(() => [])) {
      const record = await readRecord(this.#data.file('agents', id, 'cluster.json'));
      if (record !== undefined) this.#keep(record);
    }
  }

  /** Enrols and starts an agent for a cluster that the gateway has just made, or says that it cannot. */
  async join(cluster: LocalCluster): Promise<void> {
    const { clusterId, name } = cluster;
    const record: AgentRecord = { clusterId, name, context: this.#upstreams.get(name)?.context };
    this.#joinTokens.set(clusterId, cluster.joinToken);
    try {
      await this.#write(record);
    } catch (error) {
      say(`The cluster "${name}" is not connected: ${(error as Error).message}. It is tried again at the next start.`);
      return;
    }
    this.#keep(record);
  }

  /** Ends the agents of a cluster's name, which start again at once: where their upstream is not what it was. */
  restart(name: string): Promise<void> {
    return this.#endForNow([...this.#running].filter(([id]) => this.#names.get(id) === name));
  }

  /** Ends all agents, which start again at once, as do those that wait to: for a change of what they run. */
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

  /** Runs an agent, again when it ends by itself, until it is refused for good. */
  #keep(record: AgentRecord): void {
    const { clusterId, name } = record;
    const upstream = this.#upstreams.get(name);
    if (upstream === undefined || this.#kept.has(clusterId) || this.#kept.size >= MOST || this.#stop.signal.aborted) {
      return;
    }
    if (record.context !== upstream.context) {
      say(
        `"${name}" is the context ${record.context} here, so ${upstream.context} is not connected. Delete the cluster, or rename the context.`,
      );
      return;
    }
    this.#names.set(clusterId, name);
    const kept = this.#run(record, upstream).finally(() => this.#kept.delete(clusterId));
    this.#kept.set(clusterId, kept);
  }

  /** Never rejects. */
  async #run(record: AgentRecord, upstream: Upstream): Promise<void> {
    const { clusterId, name } = record;
    const { signal } = this.#stop;
    let ends = 0;
    for (let again = false; !signal.aborted; again = true) {
      const since = performance.now();
      const joinToken = this.#joinTokens.get(clusterId);
      const { code, why } = await this.#runOnce(record, { upstream, joinToken, again });
      if (signal.aborted) return;
      if (this.#asked.delete(clusterId)) continue;
      if (code === REFUSED && this.#joinTokens.get(clusterId) === joinToken) {
        say(`The agent of "${name}" ended (${why}); it was refused for good.`);
        await this.#forget(clusterId);
        return;
      }
      ends = performance.now() - since >= restartPolicy.healthy ? 1 : ends + 1;
      const wait = waitBefore(ends, restartPolicy);
      // Once: the log has the newest reason.
      if (ends === 1) say(`The agent of "${name}" ended (${why}). It starts again in ${(wait / 1_000).toFixed(1)} s.`);
      await delay(wait, undefined, { signal: AbortSignal.any([signal, this.#wake.signal]) }).catch(() => {});
    }
  }

  /** From the start of an agent to its end. */
  async #runOnce(
    { clusterId }: AgentRecord,
    { upstream, joinToken, again }: { upstream: Upstream; joinToken: string | undefined; again: boolean },
  ): Promise<{ code: number | null; why: string }> {
    try {
      const child = startChild(this.#data, {
        name: `agent-${clusterId}`,
        again,
        ...(this.#settings.onLine && { onLine: this.#settings.onLine }),
        args: [
          // A small young generation keeps the agent's memory small, as in the cluster (packages/kube, agent manifest).
          '--max-semi-space-size=2',
          ...(this.#settings.command ?? built.agent),
          ...['--url', this.#settings.url, '--ca-file', this.#settings.caFile],
          ...['--kubeconfig', upstream.kubeconfig, '--state', this.#data.file('agents', clusterId)],
          ...(upstream.context === undefined ? [] : ['--context', upstream.context]),
        ],
        // Never as an argument: everyone on the machine can read those.
        env: joinToken === undefined ? {} : { POSTERN_JOIN_TOKEN: joinToken },
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
    // What cannot be removed is refused again at the next start.
    await rm(this.#data.file('agents', clusterId), { recursive: true, force: true }).catch(() => {});
  }
}

/** What an agent's folder says; undefined when it says nothing that can be read. */
async function readRecord(file: string): Promise<AgentRecord | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as AgentRecord;
  } catch {
    return undefined;
  }
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
