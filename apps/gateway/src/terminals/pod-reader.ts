import type { ImpersonatedIdentity } from '@postern/kube';
import { refusal } from '../access/refusal.ts';
import type { DirectoryCluster } from '../clusters/cluster-directory.ts';
import type { ClusterConnector } from '../connector/cluster-connector.ts';
import { askCluster } from '../passage/ask-cluster.ts';
import { failureOf } from '../passage/failure.ts';
import { readText } from '../passage/read-text.ts';
import { statusMessage } from './ending.ts';
import { podPath } from './exec-request.ts';
import { type PodView, readPod } from './pod.ts';

const maxPodBytes = 2 * 1024 * 1024;

/** Reads pods of clusters, as a person. */
export class PodReader {
  readonly #connector: ClusterConnector;
  readonly #timeoutMs: number;

  /** @param timeoutMs for the head of a response, and again for its body. */
  constructor(connector: ClusterConnector, timeoutMs: number) {
    this.#connector = connector;
    this.#timeoutMs = timeoutMs;
  }

  /** @throws Refusal with the cluster's response, or the reason why it could not be reached. */
  async read(
    cluster: DirectoryCluster,
    identity: ImpersonatedIdentity,
    place: { namespace: string; pod: string },
  ): Promise<PodView> {
    try {
      const { status, body } = await this.#get(cluster, identity, podPath(place));
      if (status !== 200) throw refusal(status, statusMessage(body));
      const pod = readPod(body);
      if (pod === null) throw refusal(502, 'The cluster returned something that is not a pod.');
      return pod;
    } catch (error) {
      throw failureOf(error, cluster);
    }
  }

  async #get(
    cluster: DirectoryCluster,
    identity: ImpersonatedIdentity,
    path: string,
  ): Promise<{ status: number; body: string }> {
    const headers: [string, string][] = [
      ['accept', 'application/json'],
      ['user-agent', 'postern-terminal'],
    ];
    const head = { kind: 'http' as const, method: 'GET', path, headers, identity };
    const { stream, answer } = await askCluster({
      open: () => this.#connector.open(cluster, head, { end: true, interactive: false }),
      isRepeatable: () => true,
      headTimeoutMs: this.#timeoutMs,
    });
    try {
      const body = await readText(stream, { limit: maxPodBytes, timeoutMs: this.#timeoutMs });
      return { status: answer.status, body };
    } finally {
      stream.destroy();
    }
  }
}
