#!/usr/bin/env node
// The program's entry for whatever Node is on the PATH: goes on under Node 24, which the npm packages node-<platform>-<arch> carry.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const needed = 24;
const main = new URL('../dist/main.js', import.meta.url);

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** The Node that came with this installation, or undefined. */
function bundledNode() {
  const name = `node-${process.platform}-${process.arch}`;
  const places = [import.meta.url, new URL('../../../package.json', import.meta.url)];
  for (const place of places) {
    try {
      const folder = dirname(createRequire(place).resolve(`${name}/package.json`));
      const node = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
      if (existsSync(node)) return node;
    } catch {
      // the next place
    }
  }
  return undefined;
}

if (!existsSync(main)) fail('postern is not built yet. Run `npm start` once in its folder, or `npm run build`.');
if (Number(process.versions.node.split('.')[0]) >= needed) {
  await import(main.href);
} else {
  const node = bundledNode();
  if (node === undefined) fail(`postern needs Node ${needed} or newer; this is ${process.version}.`);
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${node} cannot be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal !== null) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
    process.exitCode = code ?? 1;
  });
}
