import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@postern/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { checkout, programs } from './programs.ts';
import { ask, isAlive, Product, pidsOf, type Ready, type Reply } from './test/product.ts';

/** The build output that `npm start` runs; `npm test` builds it first. */
const main = `${checkout}apps/local/dist/main.js`;
const person = { email: 'ada@example.com', password: 'correct horse battery' };

const token = { name: 'test', expiresInSeconds: 3_600 };

/** Waits until the demo cluster of an organization responds through gateway, tunnel and agent. */
async function untilDemoAnswers(ready: Ready, secret: string, organization = 'ada'): Promise<void> {
  const look = async () => {
    const { status } = await ask(ready, `/k8s/${organization}/demo/api/v1/namespaces`, { token: secret });
    if (status !== 200) throw new Error(`the demo cluster answers ${status}`);
  };
  await vi.waitFor(look, { timeout: 60_000, interval: 200 });
}

describe('a running npm start', () => {
  let data: string;
  let product: Product;
  let ready: Ready;
  let secret: string;

  beforeAll(async () => {
    if (!existsSync(main) || !existsSync(programs.gateway)) throw new Error('Run `npm run build` first.');
    data = await mkdtemp(join(tmpdir(), 'postern-run-'));
    product = new Product([main], data, ['--port', String(await freePort())]);
    await product.said(/Postern is ready at/);
    ready = await product.ready();
    const { json } = await ask(ready, '/api/v1/auth/sign-up', { body: { ...person, organization: 'ada', token } });
    secret = json.token.secret;
    await untilDemoAnswers(ready, secret);
  }, 120_000);
  afterAll(async () => {
    await product.stop();
    await rm(data, { recursive: true, force: true });
  });

  it('requires no set-up code on this machine', async () => {
    expect((await ask(ready, '/api/v1/meta')).json.setupCodeRequired).toBe(false);
    expect(product.output).not.toContain('Set-up code');
  });

  it('gives each organization a demo cluster of its own, which ends when it is deleted', async () => {
    const body = { email: 'bob@example.com', password: person.password, organization: 'bob', token };
    const { json } = await ask(ready, '/api/v1/auth/sign-up', { body });
    const bob: string = json.token.secret;
    await untilDemoAnswers(ready, bob, 'bob');
    const configMaps = '/demo/api/v1/namespaces/shop/configmaps';
    const mine = { metadata: { name: 'mine' } };
    expect((await ask(ready, `/k8s/ada${configMaps}`, { token: secret, body: mine })).status).toBe(201);
    expect((await ask(ready, `/k8s/ada${configMaps}/mine`, { token: secret })).status).toBe(200);
    expect((await ask(ready, `/k8s/bob${configMaps}/mine`, { token: bob })).status).toBe(404);
    const clusters = async () => [
      (await readdir(join(data, 'demo-cluster', 'worlds'))).sort(),
      (await readdir(join(data, 'agents'))).sort(),
    ];
    const both = await clusters();
    expect(both[0]).toHaveLength(2);
    expect(both[1]).toEqual(both[0]);
    const removed = await ask(ready, '/api/v1/organizations/bob/clusters/demo', { token: bob, method: 'DELETE' });
    expect(removed.status).toBeLessThan(300);
    await vi.waitFor(async () => expect((await clusters()).map(({ length }) => length)).toEqual([1, 1]), 20_000);
    expect((await ask(ready, `/k8s/ada${configMaps}/mine`, { token: secret })).status).toBe(200);
  }, 60_000);

  it.each([
    ['gateway', 'SIGKILL' as const, programs.gateway],
    ['gateway', 'SIGSEGV' as const, programs.gateway],
    // Next changes the title of its process.
    ['dashboard', 'SIGKILL' as const, 'next-server'],
    ['demo cluster', 'SIGKILL' as const, programs.emulator],
  ])(
    'restarts the %s after %s, with its data',
    async (what, signal, program) => {
      const before = await product.pidOf(program);
      const { length } = product.output;
      process.kill(before, signal);
      await product.said(new RegExp(`The ${what} serves again`), length);
      const said = product.output.slice(length);
      expect(said).toMatch(
        new RegExp(`The ${what} ended \\(signal ${signal}\\); see \\S+\\.log\\. It starts again in \\d\\.\\d s\\.\n`),
      );
      expect(await product.pidOf(program)).not.toBe(before);
      const now = await product.ready();
      expect(now).toMatchObject({ url: ready.url, pid: product.pid });
      expect((await fetch(now.metricsUrl)).status).toBe(200);
      // The account, its token, organization and cluster are still there, and the agent has reconnected.
      const signedIn = await ask(ready, '/api/v1/auth/sign-in', { body: { ...person, token } });
      expect(signedIn).toMatchObject({ status: 200, json: { organizations: [{ slug: 'ada' }] } });
      await untilDemoAnswers(ready, secret);
      // Written a moment after the tunnel is in use.
      const shown = async () =>
        expect(await ask(ready, '/api/v1/organizations/ada/clusters/demo', { token: secret })).toMatchObject({
          status: 200,
          json: { name: 'demo', status: 'online' },
        });
      await vi.waitFor(shown, 10_000);
    },
    90_000,
  );

  it('stops at once on Ctrl-C while it waits to restart a program, and leaves nothing behind', async () => {
    const all = await pidsOf(data);
    const { length } = product.output;
    process.kill(await product.pidOf(programs.gateway), 'SIGKILL');
    await product.said(/The gateway ended.*starts again in/, length);
    expect(await product.stop()).toBe(0);
    expect(product.output.slice(length)).not.toContain('serves again');
    expect(all.filter(isAlive)).toEqual([]);
    expect((await readdir(data)).filter((name) => /ready\.json|postern\.pid/.test(name))).toEqual([]);
  }, 30_000);

  it('has the same data at the next start', async () => {
    product = new Product([main], data, ['--port', new URL(ready.url).port]);
    await product.said(/Postern is ready at/);
    await untilDemoAnswers(await product.ready(), secret);
  }, 90_000);

  it.runIf(process.platform === 'linux')(
    'has a gateway that drains and exits after an uncaught error',
    async () => {
      const running = await readFile(`/proc/${await product.pidOf(programs.gateway)}/environ`, 'utf8');
      const env = Object.fromEntries(
        running.split('\0').flatMap((entry) => (entry.startsWith('NODE_CHANNEL') ? [] : [entry.split(/=(.*)/s)])),
      );
      const secretUrl = String(env['POSTERN_DATABASE_URL']);
      const fault = `process.on('message', () => Promise.reject(Object.assign(new Error('boom at ' + process.env.POSTERN_DATABASE_URL), { env: process.env })))`;
      const port = await freePort();
      const child = spawn(
        process.execPath,
        ['--import', `data:text/javascript,${encodeURIComponent(fault)}`, programs.gateway],
        { env: { ...env, POSTERN_PORT: String(port) }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
      );
      let log = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        log += text;
      });
      await once(child, 'message');
      expect((await ask({ ...ready, url: `https://localhost:${port}` }, '/healthz')).status).toBe(200);
      child.send('now');
      const [code] = await once(child, 'close');
      expect(code).toBe(70);
      const line = log.split('\n').find((text) => text.includes('"fatal"')) ?? '';
      expect(JSON.parse(line)).toMatchObject({
        level: 'fatal',
        origin: 'unhandledRejection',
        uncaught: {
          type: 'Error',
          message: expect.stringMatching(/^boom at postgres:/),
          stack: expect.stringContaining('at '),
        },
      });
      expect(log).not.toContain(new URL(secretUrl).password);
    },
    60_000,
  );
});

describe('an npm start that others can reach, with --connect', () => {
  let data: string;
  let product: Product;
  let ready: Ready;

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'postern-open-'));
    const kubeconfig = join(data, 'kubeconfig');
    await writeFile(kubeconfig, 'current-context: mine\ncontexts: [{name: mine, context: {cluster: c, user: u}}]\n');
    const args = ['--port', String(await freePort()), '--listen', '0.0.0.0', '--no-demo', '--connect'];
    product = new Product([main], data, args, { KUBECONFIG: kubeconfig });
    await product.said(/Postern is ready at[\s\S]*joins the first organization/);
    ready = await product.ready();
  }, 120_000);
  afterAll(async () => {
    await product.stop();
    await rm(data, { recursive: true, force: true });
  });

  const signUp = (name: string, setupCode?: string) =>
    ask(ready, '/api/v1/auth/sign-up', {
      body: {
        email: `${name}@example.com`,
        password: person.password,
        organization: name,
        token,
        ...(setupCode && { setupCode }),
      },
    });
  const clustersOf = async ({ json }: Reply) =>
    (await ask(ready, `/api/v1/organizations/${json.organizations[0].slug}/clusters`, { token: json.token.secret }))
      .json;

  it('gives the cluster only to the account created with the set-up code, even after a gateway restart', async () => {
    const [, code = ''] = await product.said(/Set-up code: ([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})/);
    expect((await signUp('mallory')).status).toBe(403);
    expect((await signUp('mallory', '0000-0000-0000-0000')).status).toBe(403);
    process.kill(await product.pidOf(programs.gateway), 'SIGKILL');
    await product.said(/The gateway serves again/);
    expect((await ask(ready, '/api/v1/meta')).json.setupCodeRequired).toBe(true);
    expect((await signUp('mallory')).status).toBe(403);
    const ada = await signUp('ada', code);
    expect(ada.status).toBe(201);
    expect(JSON.stringify(await clustersOf(ada))).toContain('"name":"mine"');
    const mallory = await signUp('mallory', code);
    expect(mallory).toMatchObject({ status: 201, json: { organizations: [{ slug: 'mallory' }] } });
    expect(JSON.stringify(await clustersOf(mallory))).not.toContain('mine');
    const files = await readdir(data, { recursive: true, withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile() && /\.(log|json|pids)$/.test(entry.name))) {
      expect(await readFile(join(file.parentPath, file.name), 'utf8')).not.toContain(code);
    }
  }, 90_000);
});
