import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, startChild } from './child.ts';
import type { DataFolder } from './data-folder.ts';
import type { LocalCluster } from './gateway.ts';
import { programs } from './programs.ts';

/** Agents beyond this many are not started: each is a process, and a laptop needs one demo, not fifty. */
const MOST = 8;
/** The agent's exit code for a credential that is refused for good (docs/cli.md). */
const REFUSED = 2;

export interface Upstream {
  /** Its file, or several as in `KUBECONFIG`. */
  kubeconfig: string;
  /** Context of the kubeconfig; its current one when undefined. */
  context?: string | undefined;
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
  readonly #gateway: { url: string; caFile: string };
  /** By cluster name: `demo`, or the context of --connect. */
  readonly #upstreams: Map<string, Upstream>;
  readonly #running = new Map<string, Child>();
  readonly #kept: Promise<void>[] = [];
  readonly #stop = new AbortController();

  constructor(data: DataFolder, gateway: { url: string; caFile: string }, upstreams: Map<string, Upstream>) {
    this.#data = data;
    this.#gateway = gateway;
    this.#upstreams = upstreams;
  }

  get children(): Child[] {
    return [...this.#running.values()];
  }

  /** Starts the agents of earlier times, which have their identity already. */
  async resume(): Promise<void> {
    for (const id of await readdir(this.#data.file('agents')).catch(() => [])) {
      const text = await readFile(this.#data.file('agents', id, 'cluster.json'), 'utf8').catch(() => undefined);
      if (text !== undefined) this.#keep(JSON.parse(text) as AgentRecord);
    }
  }

  /** Enrols and starts an agent for a cluster that the gateway has just made. */
  async join(cluster: LocalCluster): Promise<void> {
    const { clusterId, name } = cluster;
    const record: AgentRecord = { clusterId, name, context: this.#upstreams.get(name)?.context };
    await mkdir(this.#data.file('agents', clusterId), { recursive: true, mode: 0o700 });
    await writeFile(this.#data.file('agents', clusterId, 'cluster.json'), JSON.stringify(record));
    this.#keep(record, cluster.joinToken);
  }

  async stop(patience: number): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.children.map((child) => child.stop(patience)));
    await Promise.all(this.#kept);
  }

  /** Runs an agent, again when it ends by itself, until it is refused for good. */
  #keep(record: AgentRecord, joinToken?: string): void {
    const upstream = this.#upstreams.get(record.name);
    if (upstream === undefined || this.#running.has(record.clusterId) || this.#running.size >= MOST) return;
    if (record.context !== upstream.context) {
      process.stderr.write(
        `"${record.name}" is the context ${record.context} here, so ${upstream.context} is not connected. Delete the cluster, or rename the context.\n`,
      );
      return;
    }
    this.#kept.push(this.#run(record, upstream, joinToken));
  }

  async #run(record: AgentRecord, upstream: Upstream, joinToken?: string): Promise<void> {
    const state = this.#data.file('agents', record.clusterId);
    const { signal } = this.#stop;
    for (let pause = 1_000; !signal.aborted; pause = Math.min(pause * 2, 30_000)) {
      const child = startChild(this.#data, {
        name: `agent-${record.clusterId}`,
        args: [
          // A small young generation keeps the agent's memory small, as in the cluster (packages/kube, agent manifest).
          '--max-semi-space-size=2',
          programs.agent,
          ...['--url', this.#gateway.url, '--ca-file', this.#gateway.caFile],
          ...['--kubeconfig', upstream.kubeconfig, '--state', state],
          ...(upstream.context === undefined ? [] : ['--context', upstream.context]),
        ],
        // Never as an argument: everyone on the machine can read those.
        env: joinToken === undefined ? {} : { POSTERN_JOIN_TOKEN: joinToken },
      });
      this.#running.set(record.clusterId, child);
      const code = await child.ended;
      this.#running.delete(record.clusterId);
      if (signal.aborted) return;
      // Once: the log has the newest reason.
      if (pause === 1_000)
        process.stderr.write(`The agent of "${record.name}" ended (exit code ${code}); see ${child.logFile}.\n`);
      if (code === REFUSED) {
        await rm(state, { recursive: true, force: true });
        return;
      }
      await delay(pause, undefined, { signal }).catch(() => {});
    }
  }
}
