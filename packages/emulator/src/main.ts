import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmulator } from './emulator.ts';

const USAGE = 'usage: main.js --dir DIR [--port N] [--shell real|off]\n';

/** Starts the demo cluster, writes DIR/kubeconfig (0600) and prints one line of JSON when it is ready. */
async function main(): Promise<void> {
  const { dir, port, shell } = parseArgs({
    options: {
      dir: { type: 'string' },
      port: { type: 'string', default: '0' },
      shell: { type: 'string', default: 'real' },
    },
  }).values;
  const number = Number(port);
  if (dir === undefined || !Number.isInteger(number) || number < 0 || number > 65_535) throw new Error(USAGE);
  if (shell !== 'real' && shell !== 'off') throw new Error(USAGE);
  // As root, processes of pods run as a dedicated user; without this they would keep root's other groups.
  if (process.getuid?.() === 0) process.setgroups?.([]);
  // The parent folder is that of `npm start`, with the keys and the database.
  const emulator = await startEmulator({ port: number, shell, hidden: [dirname(resolve(dir))] });
  const kubeconfig = join(resolve(dir), 'kubeconfig');
  await mkdir(dir, { recursive: true });
  await writeFile(`${kubeconfig}.new`, emulator.kubeconfig, { mode: 0o600 });
  await chmod(`${kubeconfig}.new`, 0o600);
  await rename(`${kubeconfig}.new`, kubeconfig);
  const { sandbox, url } = emulator;
  const stop = () => void emulator.close().finally(() => process.exit(0));
  // Before the line is printed, because the reader may stop the process right away.
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.stdout.write(`${JSON.stringify({ ready: true, kubeconfig, port: Number(new URL(url).port), sandbox })}\n`);
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message.trimEnd()}\n`);
  process.exit(1);
});
