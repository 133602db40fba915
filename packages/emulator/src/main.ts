import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startWorlds } from './emulator.ts';
import { serveParent } from './parent.ts';
import { writePrivate } from './private-file.ts';

const USAGE = 'usage: main.js --dir DIR [--port N] [--shell real|off]\n';

/**
 * Starts the emulator and prints one line of JSON when it is ready. With a channel to its parent process it makes the worlds for
 * which that asks, and ends with it; otherwise it makes one, and writes its kubeconfig to DIR.
 */
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
  const folder = resolve(dir);
  // The parent folder is that of `npm start`, with the keys and the database.
  const server = await startWorlds({ port: number, shell, hidden: [dirname(folder)] });
  const stop = () => void server.close().finally(() => process.exit(0));
  // Before the line is printed, because the reader may stop the process right away.
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const { sandbox, url } = server;
  const ready = { ready: true, port: Number(new URL(url).port), sandbox };
  const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
  if (process.send !== undefined) {
    process.once('disconnect', stop);
    await serveParent(process, server, join(folder, 'worlds'));
    say(ready);
    return;
  }
  const kubeconfig = join(folder, 'kubeconfig');
  await writePrivate(kubeconfig, server.world('demo').kubeconfig);
  say({ ...ready, kubeconfig });
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message.trimEnd()}\n`);
  process.exit(1);
});
