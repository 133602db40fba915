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
let told: string[];
const at = (...names: string[]): string => join(folder, 'src', ...names);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-watch-'));
  await mkdir(at('edge'), { recursive: true });
  await writeFile(at('edge', 'edge.ts'), '1');
  told = [];
  unwatch = watchSources([at()], (path) => told.push(path));
});
afterEach(async () => {
  unwatch();
  await rm(folder, { recursive: true });
});

/** Waits until a path is told, after `act`. */
async function tells(path: string, act: () => Promise<unknown>): Promise<void> {
  told = [];
  await act();
  await until(() => told.includes(path));
}

it('tells of a file that was written, touched, and replaced as editors do, again and again', async () => {
  const file = at('edge', 'edge.ts');
  for (let round = 0; round < 3; round++) {
    await tells(file, () => writeFile(file, `${round}`));
    await tells(file, async () => {
      await writeFile(`${file}.swp`, `${round}`);
      await rename(`${file}.swp`, file);
    });
    await tells(file, () => utimes(file, new Date(), new Date()));
  }
});

it('tells of files in folders that came later, also where one of that name was before', async () => {
  for (let round = 0; round < 2; round++) {
    const name = (file: string) => at('new', 'deep', `${file}-${round}.ts`);
    await tells(name('first'), async () => {
      await mkdir(join(folder, 'new', 'deep'), { recursive: true });
      await writeFile(join(folder, 'new', 'deep', `first-${round}.ts`), '');
      await rename(join(folder, 'new'), at('new'));
    });
    await tells(name('second'), () => writeFile(name('second'), ''));
    told = [];
    await rm(at('new'), { recursive: true });
    await until(() => told.length > 0);
  }
});

it('tells once of changes that come together, and of no test', async () => {
  mkdirSync(at('test'));
  for (const name of ['a.ts', 'b.ts', 'edge.test.ts', 'test/harness.ts', 'notes.md']) writeFileSync(at(name), '');
  await until(() => told.length > 0);
  expect(told).toEqual([at('b.ts')]);
  await tells(at('c.ts'), () => writeFile(at('c.ts'), ''));
  expect(told).toEqual([at('c.ts')]);
});
