import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDataFolder } from './data-folder.ts';
import { parseOptions } from './options.ts';
import { assertPortFree, isLoopback } from './ports.ts';
import { UserError } from './user-error.ts';
import { findOwnCluster } from './user-kubeconfig.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-local-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('names a busy port and an alternative', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  await expect(assertPortFree(port, '127.0.0.1')).rejects.toThrow(
    `Port ${port} is in use. Stop the program that has it, or choose another port: npm start -- --port ${port + 1000}`,
  );
  holder.close();
});

it('names a data folder that cannot be written', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(openDataFolder(join(folder, 'file', 'data'))).rejects.toThrow(
    /cannot be written \(ENOTDIR\)\. Choose another with --data/,
  );
});

it('refuses a folder that another Postern uses, and takes over one whose owner is gone', async () => {
  const other = spawn(process.execPath, ['-e', 'process.stdin.resume()', 'apps/local/'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await once(other, 'spawn');
  await writeFile(join(folder, 'postern.pid'), String(other.pid));
  await expect(openDataFolder(folder)).rejects.toThrow(`Another Postern (process ${other.pid}) uses the data folder`);
  other.kill();
  await once(other, 'close');
  await (await openDataFolder(folder)).release();
});

it('generates each secret once', async () => {
  const data = await openDataFolder(folder);
  const secret = await data.secret('gateway');
  expect(secret).toHaveLength(43);
  expect(await data.secret('gateway')).toBe(secret);
  expect(await data.secret('other')).not.toBe(secret);
});

it('parses the command line', () => {
  expect(parseOptions([], '/data')).toMatchObject({
    data: '/data',
    port: 8443,
    listen: '127.0.0.1',
    publicUrl: 'https://localhost:8443',
    demo: true,
    open: true,
    connect: undefined,
  });
  expect(parseOptions(['--port', '9000', '--no-demo', '--no-open', '--connect'], '/data')).toMatchObject({
    publicUrl: 'https://localhost:9000',
    demo: false,
    open: false,
    connect: true,
  });
  expect(parseOptions(['--public-url', 'https://p.test/', '--connect', 'kind'], '/data')).toMatchObject({
    publicUrl: 'https://p.test',
    connect: 'kind',
  });
});

async function withKubeconfig(files: string, body: () => Promise<void>): Promise<void> {
  const before = process.env['KUBECONFIG'];
  process.env['KUBECONFIG'] = files;
  try {
    await body();
  } finally {
    process.env['KUBECONFIG'] = before;
    if (before === undefined) delete process.env['KUBECONFIG'];
  }
}

it('lists the contexts if the requested one is missing', async () => {
  const kubeconfig = join(folder, 'config');
  await writeFile(
    kubeconfig,
    'current-context: arn:aws:eks:eu-1:7:cluster/Prod_1\ncontexts: [{name: kind-a}, {name: "arn:aws:eks:eu-1:7:cluster/Prod_1"}]\n',
  );
  await withKubeconfig(kubeconfig, async () => {
    await expect(findOwnCluster('nope')).rejects.toThrow(
      'no context "nope". It has: kind-a, arn:aws:eks:eu-1:7:cluster/Prod_1.',
    );
    expect(await findOwnCluster(true)).toEqual({
      kubeconfig,
      context: 'arn:aws:eks:eu-1:7:cluster/Prod_1',
      name: 'prod-1',
    });
  });
});

it('looks for the context in every file of KUBECONFIG, as kubectl does', async () => {
  const [first, second] = [join(folder, 'first'), join(folder, 'second')];
  await writeFile(first, 'contexts: [{name: one}]\n');
  await writeFile(second, 'current-context: demo\ncontexts: [{name: demo}]\n');
  const both = [first, second].join(delimiter);
  await withKubeconfig(both, async () => {
    expect(await findOwnCluster(true)).toEqual({ kubeconfig: both, context: 'demo', name: 'mine' });
    expect(await findOwnCluster('one')).toMatchObject({ name: 'one' });
  });
});

it.each(['contexts: [{}]\n  token: secret\n  x: {', 'contexts: {token: secret}', 'contexts: [null]'])(
  'reports a file that is not a kubeconfig without quoting its secrets: %j',
  async (text) => {
    const kubeconfig = join(folder, 'config');
    await writeFile(kubeconfig, text);
    await withKubeconfig(kubeconfig, async () => {
      const problem: unknown = await findOwnCluster(true).catch((error: unknown) => error);
      expect(problem).toBeInstanceOf(UserError);
      expect(String(problem)).toMatch(/which is not a kubeconfig(?!.*secret)/s);
    });
  },
);

it('distinguishes loopback addresses from others', () => {
  expect(['127.0.0.1', '127.3.2.1', '::1', 'localhost'].map(isLoopback)).toEqual([true, true, true, true]);
  expect(['0.0.0.0', '::', '192.0.2.1', '127.evil.test', '1127.0.0.1'].map(isLoopback)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});
