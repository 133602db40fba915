// `npm test`: runs every test that needs no cluster. Arguments are passed to vitest (`npm test -- packages/mux`), and only what
// those tests need is built first.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findTestFiles, partsFor } from './test-needs.mjs';
import { bin, build, install, node, program, root, run } from './workspace.mjs';

await program(async () => {
  await install();
  const args = process.argv.slice(2);
  await build(args.length > 0 ? partsFor(args, findTestFiles(root)) : undefined);
  mkdirSync(join(root, 'test-results'), { recursive: true });
  const report = ['--reporter=default', '--reporter=json', '--outputFile.json=test-results/unit.json'];
  const unit = await run(node, [bin('.', 'vitest'), 'run', ...report, ...args]);
  if (args.length > 0) return unit;
  const browser = await run(node, [
    bin('.', 'vitest'),
    'run',
    '--config',
    'e2e/browser/vitest.config.ts',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${join(root, 'test-results/browser.json')}`,
  ]);
  return unit || browser;
});
