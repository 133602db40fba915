import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { GatewayAddress } from '../harness/gateway-process.ts';
import { type Person, Rest } from '../harness/rest.ts';

/** Durations of the honest tenant's calls in milliseconds, and the failures. */
export interface Load {
  kubectl: number[];
  https: number[];
  failures: string[];
}

export const emptyLoad = (): Load => ({ kubectl: [], https: [], failures: [] });

const commands = [
  ['get', 'pods', '-A'],
  ['get', 'deployments', '-n', 'shop'],
  ['get', 'nodes', '-o', 'json'],
];
const kubectlTimeoutMs = 30_000;

/** Path of kubectl; if undefined, only plain HTTPS is measured. */
const kubectl: string | undefined = ['/usr/bin/kubectl', '/usr/local/bin/kubectl'].find((path) => existsSync(path));

/**
 * The load of an honest tenant until the signal aborts: kubectl calls one after another and, in parallel, requests on a keep-alive
 * connection.
 */
export async function work(
  who: { gateway: GatewayAddress; person: Person; cluster: string; kubeconfig: string; home: string },
  { load, signal }: { load: Load; signal: AbortSignal },
): Promise<void> {
  const rest = new Rest(who.gateway, 2);
  const measure = async (kind: 'kubectl' | 'https', call: () => Promise<unknown>): Promise<void> => {
    const began = performance.now();
    try {
      await call();
      load[kind].push(performance.now() - began);
    } catch (error) {
      load.failures.push(`${kind}: ${(error as Error).message.slice(0, 300)}`);
    }
  };
  const byKubectl = async (): Promise<void> => {
    for (let round = 0; !signal.aborted && kubectl !== undefined; round++) {
      const args = ['--kubeconfig', who.kubeconfig, ...(commands[round % commands.length] ?? [])];
      const env = { PATH: process.env['PATH'], HOME: who.home };
      await measure('kubectl', () =>
        promisify(execFile)(kubectl ?? '', args, { env, timeout: kubectlTimeoutMs, maxBuffer: 1 << 26 }),
      );
      await setTimeout(200, undefined, { signal }).catch(() => {});
    }
  };
  const byHttps = async (): Promise<void> => {
    const path = `/k8s/${who.person.slug}/${who.cluster}/api/v1/namespaces/shop/pods`;
    while (!signal.aborted) {
      await measure('https', async () => {
        const { status, text } = await rest.ask('GET', path, { token: who.person.token });
        if (status !== 200 || !text.includes('"PodList"')) throw new Error(`${status} ${text.slice(0, 100)}`);
      });
      await setTimeout(50, undefined, { signal }).catch(() => {});
    }
  };
  await Promise.all([byKubectl(), byHttps()]);
  rest.close();
}

/** @param share 0.99 for the 99th percentile. @returns undefined if there are no samples. */
export function percentile(samples: readonly number[], share: number): number | undefined {
  const sorted = [...samples].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
