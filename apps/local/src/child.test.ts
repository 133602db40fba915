import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startChild, stopStarting, untilReady } from './child.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';

let data: DataFolder;
beforeEach(async () => {
  data = await openDataFolder(await mkdtemp(join(tmpdir(), 'postern-child-')));
});
afterEach(() => rm(data.path, { recursive: true }));

const forEver = ['-e', 'setInterval(() => {}, 1_000)'];

it('ends programs that are still starting, and no others', async () => {
  const serving = startChild(data, { name: 'serving', args: forEver });
  expect(await untilReady('One', serving, Promise.resolve('ready'))).toBe('ready');
  const starting = startChild(data, { name: 'starting', args: forEver });
  const waited = untilReady('Another', starting, new Promise(() => {}));
  const failed = expect(waited).rejects.toThrow('Another did not start');
  await stopStarting(2_000);
  await failed;
  expect([starting.process.killed, serving.process.killed]).toEqual([true, false]);
  await serving.stop(2_000);
});
