import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@postern/testkit';
import { findKubectls } from './client.ts';
import { execute, postern, type Ready } from './process.ts';

const password = 'correct horse battery staple';

/** The account that the tests use. */
export const owner = { email: 'owner@example.com', organization: 'e2e', password };

/** What `postern cluster create --json` prints. */
export interface CreatedCluster {
  id: string;
  name: string;
  joinToken: string;
  installCommand: string;
  uninstallCommand: string;
}

/** Signs up with the command line; the session is stored in `home`. */
export async function signUp(who: { home: string; ready: Ready; email: string; organization: string }): Promise<void> {
  mkdirSync(who.home, { recursive: true, mode: 0o700 });
  const args = ['signup', '--url', who.ready.url, '--ca-file', who.ready.caFile, '--email', who.email];
  const { setupCode } = who.ready;
  if (setupCode !== undefined) args.push('--setup-code', setupCode);
  await postern(who.home, [...args, '--organization', who.organization, '--password-stdin'], {
    input: `${password}\n`,
  });
}

export async function createCluster(home: string, name: string): Promise<CreatedCluster> {
  return JSON.parse(await postern(home, ['cluster', 'create', name, '--json'])) as CreatedCluster;
}

/** A cluster's status in the output of `postern cluster list --json`, an array or `{ items }`. */
export async function clusterStatus(home: string, name: string): Promise<string | undefined> {
  const listed = JSON.parse(await postern(home, ['cluster', 'list', '--json'])) as unknown;
  const clusters = (Array.isArray(listed) ? listed : (listed as { items: unknown[] }).items) as {
    name: string;
    status: string;
  }[];
  return clusters.find((cluster) => cluster.name === name)?.status;
}

/** Runs the printed install command as a person would, with an administrator's kubectl, and waits for the agent. */
export async function connectCluster(options: {
  home: string;
  ready: Ready;
  name: string;
  adminKubeconfig: string;
  folder: string;
}): Promise<{ kubeconfig: string; uninstall: () => Promise<void> }> {
  const created = await createCluster(options.home, options.name);
  const env = {
    KUBECONFIG: options.adminKubeconfig,
    PATH: `${pathWithKubectl(options.folder)}:${process.env['PATH']}`,
  };
  await execute('sh', ['-c', created.installCommand], { env });
  await until(async () => (await clusterStatus(options.home, options.name)) === 'online', {
    what: 'the agent',
    timeoutMs: 90_000,
  });
  const kubeconfig = join(options.folder, 'gateway.kubeconfig');
  await postern(options.home, ['kubeconfig', options.name, '--token', '--output', kubeconfig]);
  return {
    kubeconfig,
    uninstall: async () => {
      await execute('sh', ['-c', created.uninstallCommand], { env });
    },
  };
}

/** A folder with a program named kubectl, for machines without one on the path. */
function pathWithKubectl(folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const command = findKubectls().at(-1)?.command ?? ['kubectl'];
  writeFileSync(join(bin, 'kubectl'), `#!/bin/sh\nexec ${command.join(' ')} "$@"\n`);
  chmodSync(join(bin, 'kubectl'), 0o755);
  return bin;
}
