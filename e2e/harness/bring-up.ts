import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@postern/testkit';
import { buildAgentImage, buildNodeImage } from './agent-image.ts';
import { findKubectls } from './client.ts';
import { connectCluster, owner, signUp } from './onboarding.ts';
import { execute, nodeAddress, type Ready, repository, results, startProduct, stopProduct } from './process.ts';

/** What the tests get from the harness. */
export interface Harness {
  /** Whether kubectl goes directly to the apiserver, which shows what the cluster itself can and cannot do. */
  direct: boolean;
  /** Goes through the gateway, or directly to the apiserver if `direct`. */
  kubeconfig: string;
  /** Goes directly to the apiserver, as its administrator. */
  adminKubeconfig: string;
  /** A folder for this run's files. */
  folder: string;
  /** The product's data folder, its port and its public URL; undefined if this run did not start it. */
  product: { data: string; port: number; publicUrl: string; ready: Ready; home: string; cluster: string } | undefined;
}

const clusterName = 'real';

/** Brings up the cluster and the product, and connects them with the printed install command. */
export async function bringUp(direct: boolean): Promise<{ harness: Harness; end: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-e2e-'));
  const step = (what: string): void => console.log(`[${((Date.now() - began) / 1000).toFixed(1)} s] ${what}`);
  const began = Date.now();

  step('cluster up');
  const up = await execute(join(repository, 'e2e/cluster/testcluster'), ['up'], { timeoutMs: 45 * 60_000 });
  const adminKubeconfig = up.trim().split('\n').at(-1) ?? '';
  await describeEnvironment(adminKubeconfig, direct);
  await buildNodeImage(folder);

  if (direct) {
    const harness: Harness = { direct, kubeconfig: adminKubeconfig, adminKubeconfig, folder, product: undefined };
    return { harness, end: async () => rmSync(folder, { recursive: true, force: true }) };
  }

  const running = process.env['POSTERN_E2E_KUBECONFIG'];
  if (running) {
    const harness: Harness = { direct, kubeconfig: running, adminKubeconfig, folder, product: undefined };
    return { harness, end: async () => rmSync(folder, { recursive: true, force: true }) };
  }

  step('agent image');
  await buildAgentImage(folder);
  step('npm start');
  const data = join(folder, 'data');
  const port = await freePort('0.0.0.0');
  const options = { data, port, publicUrl: `https://${nodeAddress()}:${port}` };
  const ready = await startProduct(options).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const teardown = async (): Promise<void> => {
    await stopProduct(data);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const home = join(folder, 'home');
    step('sign up');
    await signUp({ home, ready, ...owner });
    step('install the agent with the printed command');
    const connected = await connectCluster({ home, ready, name: clusterName, adminKubeconfig, folder });
    step('online');
    const product = { ...options, ready, home, cluster: clusterName };
    const end = async (): Promise<void> => {
      await connected.uninstall();
      await teardown();
    };
    return { harness: { direct, kubeconfig: connected.kubeconfig, adminKubeconfig, folder, product }, end };
  } catch (error) {
    await teardown();
    throw error;
  }
}

/** Records the versions of this run for docs/compatibility.md. */
async function describeEnvironment(adminKubeconfig: string, direct: boolean): Promise<void> {
  const kubectls = findKubectls();
  const [command = 'kubectl', ...prefix] = kubectls.at(-1)?.command ?? [];
  const version = await execute(command, [...prefix, '--kubeconfig', adminKubeconfig, 'version', '-o', 'json']);
  const { serverVersion } = JSON.parse(version) as { serverVersion: { gitVersion: string } };
  mkdirSync(results, { recursive: true });
  const made = { direct, server: serverVersion.gitVersion, kubectls: kubectls.map((kubectl) => kubectl.version) };
  writeFileSync(join(results, 'e2e-environment.json'), `${JSON.stringify(made, null, 2)}\n`);
}
