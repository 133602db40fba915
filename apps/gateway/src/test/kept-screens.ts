import { setImmediate, setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { KeptScreen } from '../terminals/screen/kept-screen.ts';

/**
 * `node --expose-gc --conditions=@postern/source apps/gateway/src/test/kept-screens.ts`: the memory of terminals that the gateway holds, each with
 * a full ring, and the time to replay one and to skip its output. `--columns`, `--rows`, `--screens`.
 */
const { values } = parseArgs({
  options: {
    columns: { type: 'string', default: '80' },
    rows: { type: 'string', default: '24' },
    screens: { type: 'string', default: '200' },
  },
});
const size = { columns: Number(values.columns), rows: Number(values.rows) };
const count = Number(values.screens);
if (global.gc === undefined) throw new Error('run it with --expose-gc');

/** What the emulators still had to do in a later turn holds memory, too. */
async function used(): Promise<number> {
  for (let count = 0; count < 3; count++) {
    global.gc?.();
    await setTimeout(20);
  }
  global.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function fill(): Promise<KeptScreen> {
  let isCongested = false;
  const screen = new KeptScreen({
    size,
    onCongested: (is) => {
      isCongested = is;
    },
    onError: (error) => {
      throw error;
    },
  });
  for (let line = 0; screen.to < 2 * 1024 * 1024; line++) {
    screen.append(Buffer.from(`\x1b[3${line % 8}m${`line ${line} `.repeat(30).slice(0, size.columns)}\x1b[m\r\n`));
    while (isCongested) await setImmediate();
  }
  await screen.replay();
  while (screen.to - screen.from > 1.1 * 1024 * 1024) await setImmediate();
  return screen;
}

(await fill()).dispose();
const before = await used();
const started = performance.now();
const screens: KeptScreen[] = [];
while (screens.length < count) screens.push(await fill());
const seconds = (performance.now() - started) / 1000;
const each = ((await used()) - before) / count / 1e6;
const [first] = screens;
if (first === undefined) throw new Error('no screens');
const replayed = performance.now();
const { snapshot } = await first.replay();
const skipped = performance.now();
await first.skip(first.from);
const end = performance.now();
process.stdout.write(`${count} screens of ${size.columns} × ${size.rows}: ${each.toFixed(2)} MB each\n`);
process.stdout.write(`estimated by the screen: ${(first.bytes / 1e6).toFixed(2)} MB\n`);
process.stdout.write(`output taken: ${((count * 2 * 1.048576) / seconds).toFixed(1)} MB/s\n`);
process.stdout.write(`replay: ${(skipped - replayed).toFixed(1)} ms, snapshot ${snapshot.length} characters\n`);
process.stdout.write(`skip of 1 MiB: ${(end - skipped).toFixed(1)} ms\n`);
