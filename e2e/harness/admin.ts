import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '@postern/testkit';
import { agentImage } from './agent-image.ts';
import type { Client } from './client.ts';
import { expectOk } from './kubectl.ts';
import { asAdmin, newestClient } from './matrix.ts';

const runFile = promisify(execFile);

export interface AgentPod {
  namespace: string;
  name: string;
  /** The container's id in containerd. */
  container: string;
  restarts: number;
  ports: { name?: string; containerPort: number }[];
}

interface PodList {
  items: {
    metadata: { namespace: string; name: string; deletionTimestamp?: string };
    spec: { containers: { image: string; ports?: { name?: string; containerPort: number }[] }[] };
    status: { containerStatuses?: { containerID?: string; restartCount: number; ready: boolean }[] };
  }[];
}

/** The administrator's kubectl, directly to the apiserver. */
export function admin(): Client {
  return asAdmin(newestClient());
}

/** The pods that the product's install command created, once they are ready. */
export function agentPods(): Promise<AgentPod[]> {
  return until(
    async () => {
      const { items } = JSON.parse(await expectOk(admin(), ['get', 'pods', '-A', '-o', 'json'])) as PodList;
      const pods = items
        .filter(
          (pod) =>
            pod.spec.containers.some((container) => container.image === agentImage) && !pod.metadata.deletionTimestamp,
        )
        .flatMap(({ metadata, spec, status }) => {
          const [container] = status.containerStatuses ?? [];
          if (!container?.ready || !container.containerID) return [];
          const id = container.containerID.replace('containerd://', '');
          return [
            { ...metadata, container: id, restarts: container.restartCount, ports: spec.containers[0]?.ports ?? [] },
          ];
        });
      return pods.length > 0 && pods;
    },
    { what: 'a ready agent pod', timeoutMs: 30_000 },
  );
}

/** Kills a container's process, as a crash or the OOM killer would. */
export async function killContainer(id: string): Promise<void> {
  const home = process.env['TESTCLUSTER_HOME'] ?? '/var/lib/testcluster';
  const socket = join(home, 'run/containerd.sock');
  await runFile('ctr', ['--address', socket, '-n', 'k8s.io', 'tasks', 'kill', '-s', 'SIGKILL', id]);
}

/** The metrics of a Prometheus endpoint, each summed over its labels. */
export type Metrics = Map<string, number>;

function parseMetrics(text: string): Metrics {
  const metrics: Metrics = new Map();
  for (const line of text.split('\n')) {
    const found = /^([a-z_:][\w:]*)(?:\{[^}]*\})? (\S+)/i.exec(line);
    if (found?.[1]) metrics.set(found[1], (metrics.get(found[1]) ?? 0) + Number(found[2]));
  }
  return metrics;
}

/** The agent's own metrics, read through the apiserver. */
export async function agentMetrics(): Promise<Metrics> {
  const [pod] = await agentPods();
  if (!pod) throw new Error('no agent pod');
  const port = pod.ports.find(({ name }) => name === 'metrics') ?? pod.ports[0];
  if (!port) throw new Error('the agent pod names no port');
  const path = `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}:${port.containerPort}/proxy/metrics`;
  return parseMetrics(await expectOk(admin(), ['get', '--raw', path]));
}

export async function gatewayMetrics(url: string): Promise<Metrics> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return parseMetrics(await response.text());
}
