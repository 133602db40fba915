import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { until } from '@postern/testkit';
import { describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { admin, agentPods, killContainer } from '../harness/admin.ts';
import { expectOk, run, start } from '../harness/kubectl.ts';
import { newestClient } from '../harness/matrix.ts';
import { clusterStatus, createCluster, signUp } from '../harness/onboarding.ts';
import { readReady, repository, startProduct, stopProduct } from '../harness/process.ts';

const harness = inject('harness');
const { product } = harness;

/** A request with the owner's token, as kubectl sends it, to a path of the gateway. */
function get(path: string): Promise<{ status: number; body: string }> {
  const kubeconfig = parse(readFileSync(harness.kubeconfig, 'utf8')) as { users: { user: { token: string } }[] };
  const headers = { authorization: `Bearer ${kubeconfig.users[0]?.user.token}`, accept: 'application/json' };
  const ready = readReady(product?.data ?? '');
  return new Promise((resolve, reject) => {
    const sent = request(
      new URL(path, ready.url),
      { headers, ca: readFileSync(ready.caFile), agent: false },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    sent.on('error', reject).end();
  });
}

describe.skipIf(!product)('faults', () => {
  if (!product) return;
  const client = newestClient();
  const online = (): Promise<boolean> =>
    until(async () => (await clusterStatus(product.home, product.cluster)) === 'online', {
      what: 'the agent',
      timeoutMs: 60_000,
    });

  it('the agent dies during an exec: kubectl ends within 2 s and says so; the next one works', {
    timeout: 120_000,
  }, async () => {
    const [pod] = await agentPods();
    const exec = start(client, ['exec', '-i', '-n', 'demo', 'shell', '-c', 'cat', '--', 'cat']);
    exec.child.stdin.write('x');
    await exec.until((one) => one.output === 'x');
    await killContainer(pod?.container ?? '');
    const began = Date.now();
    const { code, stderr } = await exec.ended;
    const took = Date.now() - began;
    expect(code).not.toBe(0);
    expect(stderr).not.toBe('');
    expect(took).toBeLessThan(2_000);
    await until(async () => (await agentPods())[0]?.container !== pod?.container, {
      what: 'the agent’s restart',
      timeoutMs: 60_000,
    });
    await until(async () => (await run(client, ['get', 'namespaces'])).code === 0, {
      what: 'the next kubectl',
      timeoutMs: 60_000,
    });
  });

  it('the gateway restarts: the agent reconnects, and kubectl works with the same kubeconfig', {
    timeout: 180_000,
  }, async () => {
    const exec = start(client, ['exec', '-i', '-n', 'demo', 'shell', '-c', 'cat', '--', 'cat']);
    exec.child.stdin.write('x');
    await exec.until((one) => one.output === 'x');
    const before = await agentPods();
    expect(await stopProduct(product.data)).toBeLessThan(5_000);
    expect((await exec.ended).code).not.toBe(0);
    await startProduct(product);
    await online();
    expect(await expectOk(client, ['get', 'namespace', 'demo', '-o', 'name'])).toBe('namespace/demo\n');
    const after = await agentPods();
    expect(after.map(({ container, restarts }) => ({ container, restarts }))).toEqual(
      before.map(({ container, restarts }) => ({ container, restarts })),
    );
  });

  it('an unknown cluster, someone else’s and an unknown organization get the same 404', async () => {
    const other = join(harness.folder, 'home-of-another');
    await signUp({
      home: other,
      ready: readReady(product.data),
      email: 'another@example.com',
      organization: 'another',
    });
    await createCluster(other, 'theirs');
    const answers = await Promise.all(
      ['/k8s/e2e/no-such', '/k8s/another/theirs', '/k8s/another/no-such', '/k8s/no-such/no-such'].map((path) =>
        get(`${path}/api/v1/pods`),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    const bodies = answers.map(({ body }) => body.replaceAll(/no-such|theirs|another|e2e/g, 'X'));
    expect(new Set(bodies).size).toBe(1);
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ kind: 'Status', status: 'Failure', code: 404 });
  });

  it('an offline agent: 503 that says since when', { timeout: 120_000 }, async () => {
    const [pod] = await agentPods();
    const namespace = pod?.namespace ?? '';
    const [deployment = ''] = (await expectOk(admin(), ['get', 'deployments', '-n', namespace, '-o', 'name'])).split(
      '\n',
    );
    await expectOk(admin(), ['scale', '-n', namespace, deployment, '--replicas=0']);
    try {
      await until(async () => (await clusterStatus(product.home, product.cluster)) === 'offline', {
        what: 'offline',
        timeoutMs: 60_000,
      });
      const { code, stderr } = await run(client, ['get', 'pods', '-n', 'demo', '--request-timeout=10s']);
      expect(code).toBe(1);
      expect(stderr).toMatch(/offline since \d{4}-\d\d-\d\d/);
      const { status, body } = await get(`/k8s/e2e/${product.cluster}/api/v1/pods`);
      expect(status).toBe(503);
      expect(JSON.parse(body)).toMatchObject({ kind: 'Status', code: 503, reason: 'ServiceUnavailable' });
    } finally {
      await expectOk(admin(), ['scale', '-n', namespace, deployment, '--replicas=1']);
      await online();
    }
  });

  it('an agent outside the cluster works; its join token works only once (exit code 2)', {
    timeout: 120_000,
  }, async () => {
    const name = `outside-${randomBytes(3).toString('hex')}`;
    const { joinToken, uninstallCommand } = await createCluster(product.home, name);
    const ready = readReady(product.data);
    const agent = (state: string): { ended: Promise<{ code: number | null; output: string }>; stop: () => void } => {
      const folder = join(harness.folder, state);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const bin = join(repository, 'node_modules/.bin');
      const args = ['agent', '--url', ready.url, '--ca-file', ready.caFile, '--join-token', joinToken];
      const child = spawn(join(bin, 'postern'), [...args, '--kubeconfig', harness.adminKubeconfig, '--state', folder], {
        env: { PATH: `${bin}:${process.env['PATH']}`, POSTERN_HOME: product.home, HOME: harness.folder },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
        });
      const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
        child.on('close', (code) => resolve({ code, output })),
      );
      return { ended, stop: () => child.kill('SIGTERM') };
    };
    const first = agent('agent-one');
    try {
      await until(async () => (await clusterStatus(product.home, name)) === 'online', {
        what: 'the agent outside',
        timeoutMs: 30_000,
      });
      const second = await agent('agent-two').ended;
      expect(second.code).toBe(2);
      expect(second.output).toMatch(/join token/i);
      expect(second.output).not.toContain(joinToken);
      expect(await clusterStatus(product.home, name)).toBe('online');
    } finally {
      first.stop();
    }
    expect((await first.ended).code).toBe(0);
    // Its own bindings are deleted; those of the agent in the cluster stay.
    const [uninstall = '', ...args] = uninstallCommand.split(' ');
    expect(uninstall).toBe('kubectl');
    expect((await expectOk(admin(), args)).trim().split('\n')).toHaveLength(5);
    expect(await expectOk(client, ['get', 'namespace', 'demo', '-o', 'name'])).toBe('namespace/demo\n');
  });

  it('the agent’s own identity may only impersonate', async () => {
    const [pod] = await agentPods();
    const namespace = pod?.namespace ?? '';
    const account = await expectOk(admin(), [
      'get',
      'pod',
      '-n',
      namespace,
      pod?.name ?? '',
      '-o',
      'jsonpath={.spec.serviceAccountName}',
    ]);
    const as = ['--as', `system:serviceaccount:${namespace}:${account}`];
    const may = async (...what: string[]): Promise<string> =>
      (await run(admin(), ['auth', 'can-i', ...what, ...as])).stdout.toString().trim();
    expect(await may('impersonate', 'groups/system:masters')).toBe('no');
    for (const what of [
      ['get', 'secrets', '-A'],
      ['list', 'pods', '-A'],
      ['create', 'pods', '-n', 'demo'],
      ['*', '*', '-A'],
    ]) {
      expect([what, await may(...what)]).toEqual([what, 'no']);
    }
  });
});
