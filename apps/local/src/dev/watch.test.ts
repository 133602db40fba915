import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { watchSources } from './watch.ts';

useLeakCheck();

let folder: string;
let unwatch: () => void;
let reported: string[];
const at = (...names: string[]): string => join(folder, 'src', ...names);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-watch-'));
  await mkdir(at('edge'), { recursive: true });
  await writeFile(at('edge', 'edge.ts'), '1');
  reported = [];
  unwatch = watchSources([at()], (path) => reported.push(path));
});
afterEach(async () => {
  unwatch();
  await rm(folder, { recursive: true });
});

/** Runs `act` and waits until `path` is reported. */
async function expectReport(path: string, act: () => Promise<unknown>): Promise<void> {
  reported = [];
  await act();
  await until(() => reported.includes(path));
}

it('reports a file each time it is written, touched, or replaced like editors do', async () => {
  const file = at('edge', 'edge.ts');
  for (let round = 0; round < 3; round++) {
    await expectReport(file, () => writeFile(file, `${round}`));
    await expectReport(file, async () => {
      await writeFile(`${file}.swp`, `${round}`);
      await rename(`${file}.swp`, file);
    });
    await expectReport(file, () => utimes(file, new Date(), new Date()));
  }
});

it('reports files in new folders, even if one with the same name was deleted before', async () => {
  for (let round = 0; round < 2; round++) {
    const name = (file: string) => at('new', 'deep', `${file}-${round}.ts`);
    await expectReport(name('first'), async () => {
      await mkdir(join(folder, 'new', 'deep'), { recursive: true });
      await writeFile(join(folder, 'new', 'deep', `first-${round}.ts`), '');
      await rename(join(folder, 'new'), at('new'));
    });
    await expectReport(name('second'), () => writeFile(name('second'), ''));
    reported = [];
    await rm(at('new'), { recursive: true });
    await until(() => reported.length > 0);
  }
});

it('reports simultaneous changes once, and no tests', async () => {
  mkdirSync(at('test'));
  for (const name of ['a.ts', 'b.ts', 'edge.test.ts', 'test/harness.ts', 'notes.md']) writeFileSync(at(name), '');
  await until(() => reported.length > 0);
  expect(reported).toEqual([at('b.ts')]);
  await expectReport(at('c.ts'), () => writeFile(at('c.ts'), ''));
  expect(reported).toEqual([at('c.ts')]);
});
