import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@postern/testkit';
import type { Page } from 'playwright-core';
import { stringify } from 'yaml';
import { repository, results } from '../../harness/process.ts';

/**
 * Connects an apiserver to the product as its owner would: creates a cluster as the user who is signed in on `page`,
 * and runs the agent outside of it with a kubeconfig.
 */
export async function connectCluster(
  page: Page,
  options: {
    url: string;
    caFile: string;
    organization: string;
    name: string;
    apiserver: { url: string; cert: string };
  },
): Promise<AsyncDisposable> {
  const { url, caFile, organization, name, apiserver } = options;
  const clusters = `${url}/api/v1/organizations/${organization}/clusters`;
  const made = await page.request.post(clusters, { data: { name }, headers: { origin: url } });
  if (!made.ok()) throw new Error(`the cluster could not be created: ${made.status()} ${await made.text()}`);
  const { joining } = (await made.json()) as { joining: { joinToken: string } };
  const folder = mkdtempSync(join(tmpdir(), 'postern-hostile-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const cluster = {
    server: apiserver.url,
    'certificate-authority-data': Buffer.from(apiserver.cert).toString('base64'),
  };
  writeFileSync(
    kubeconfig,
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster }],
      users: [{ name, user: { token: 'x' } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      'current-context': name,
    }),
  );
  const log = openSync(join(results, 'hostile-agent.log'), 'w');
  const agent: ChildProcess = spawn(
    join(repository, 'node_modules/.bin/postern'),
    ['agent', '--url', url, '--ca-file', caFile, '--kubeconfig', kubeconfig, '--state', join(folder, 'state')],
    {
      env: {
        PATH: `${join(repository, 'node_modules/.bin')}:${process.env['PATH']}`,
        HOME: folder,
        POSTERN_JOIN_TOKEN: joining.joinToken,
      },
      stdio: ['ignore', log, log],
    },
  );
  const ended = once(agent, 'close');
  const end = async (): Promise<void> => {
    agent.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const isOnline = async (): Promise<boolean> => {
    const { items } = (await (await page.request.get(clusters)).json()) as {
      items: { name: string; status: string }[];
    };
    return items.some((item) => item.name === name && item.status === 'online');
  };
  await until(isOnline, { what: 'the agent of the hostile cluster', timeoutMs: 30_000 }).catch(
    async (error: unknown) => {
      await end();
      throw error;
    },
  );
  return { [Symbol.asyncDispose]: end };
}
