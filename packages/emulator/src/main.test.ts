import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'emulator-main-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(
  args: string[],
  channel: 'ipc'[] = [],
): ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const options = ['--conditions=@postern/source', main, '--dir', folder, ...args];
  const child = spawn(process.execPath, options, {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe', ...channel],
  });
  return child as ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream };
}

it('writes a private kubeconfig, reports that it is ready, and stops at once', async () => {
  const child = start(['--port', '0']);
  const [line] = await once(createInterface(child.stdout), 'line');
  const ready = JSON.parse(line);
  expect(ready).toEqual({
    ready: true,
    kubeconfig: join(folder, 'kubeconfig'),
    port: expect.any(Number),
    sandbox: expect.stringMatching(/^(namespaces|limits)$/),
  });
  expect(statSync(ready.kubeconfig).mode & 0o777).toBe(0o600);
  const asked = performance.now();
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  // Neither a kept connection (5 s) nor a request (30 s) was waited for.
  expect(performance.now() - asked).toBeLessThan(4_000);
  expect(readdirSync(folder).filter((name) => name.startsWith('postern-demo-'))).toEqual([]);
});

it('reports in one line why it cannot start', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const child = start(['--port', String(port)]);
  let text = '';
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, 'close');
  taken.close();
  expect(code).toBe(1);
  expect(text).toMatch(/^listen EADDRINUSE.*\n$/);
});

it('makes and ends worlds for its parent, and ends with it', async () => {
  mkdirSync(join(folder, 'worlds', 'of-an-earlier-run'), { recursive: true });
  const child = start([], ['ipc']);
  const [line] = await once(createInterface(child.stdout), 'line');
  expect(JSON.parse(line)).not.toHaveProperty('kubeconfig');
  expect(existsSync(join(folder, 'worlds'))).toBe(false);
  const askFor = async (name: string) => {
    const answered = once(child, 'message');
    child.send({ type: 'world', name });
    return (await answered)[0];
  };
  child.send({ type: 'world', name: '../outside' });
  const file = join(folder, 'worlds', 'one', 'kubeconfig');
  expect(await askFor('one')).toEqual({ type: 'world', name: 'one', kubeconfig: file });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const first = readFileSync(file, 'utf8');
  await askFor('one');
  expect(readFileSync(file, 'utf8')).toBe(first);
  await askFor('two');
  child.send({ type: 'end-world', name: 'one' });
  // Answered after the end.
  await askFor('two');
  expect(readdirSync(join(folder, 'worlds'))).toEqual(['two']);
  await askFor('one');
  expect(readFileSync(file, 'utf8')).not.toBe(first);
  child.disconnect();
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});
