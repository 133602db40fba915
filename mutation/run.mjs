// `npm run test:mutation -- packages/mux [--mutate FILE[:LINE-LINE]] [--incremental [--force]] [--concurrency 2]`: mutates the
// code of a part, one place at a time, and lists the mutants that no test detects (docs/mutation.md).
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { findTestFiles, partsFor } from '../scripts/test-needs.mjs';
import { build, install, program, root, UserError } from '../scripts/workspace.mjs';
import { parts } from './parts.mjs';
import { summary } from './summary.mjs';

await program(async () => {
  const { values, positionals } = parseArgs({
    options: {
      mutate: { type: 'string', multiple: true },
      incremental: { type: 'boolean', default: false },
      force: { type: 'boolean', default: false },
      concurrency: { type: 'string', default: '1' },
    },
    allowPositionals: true,
  });
  const [name] = positionals;
  const part = parts[name];
  if (part === undefined || positionals.length !== 1)
    throw new UserError(`Name one part to mutate: ${Object.keys(parts).join(', ')}.`);
  await install();
  await build(partsFor([`${part.folder}/`], findTestFiles(root)));

  process.chdir(root);
  process.env['POSTERN_MUTATION_PART'] = name;
  const folder = join('test-results/mutation', name.replace('/', '-'));
  mkdirSync(folder, { recursive: true });
  const { folder: sources, constants = false } = part;
  const stryker = new Stryker({
    plugins: ['@stryker-mutator/vitest-runner', './mutation/ignore-texts.mjs'],
    ignorers: ['texts'],
    testRunner: 'vitest',
    vitest: { configFile: 'mutation/vitest.config.mjs', related: false, pool: 'threads' },
    mutate: values.mutate ?? [`${sources}/**/*.ts`, `!${sources}/**/*.test.ts`, `!${sources}/test/**`],
    coverageAnalysis: 'perTest',
    ignoreStatic: !constants,
    // Generous, so that on a busy machine a slow test does not count as one that detected the mutant.
    timeoutMS: 30_000,
    timeoutFactor: 3,
    dryRunTimeoutMinutes: 15,
    concurrency: Number(values.concurrency),
    incremental: values.incremental,
    force: values.force,
    incrementalFile: `${folder}/incremental.json`,
    tempDirName: 'test-results/mutation/tmp',
    ignorePatterns: ['dist', '.types', 'test-results', '.postern', '/docs/images'],
    // Stryker would rewrite it with TypeScript's API, which TypeScript 7 lacks; there is nothing to rewrite.
    tsconfigFile: 'none',
    packageManager: 'pnpm',
    disableTypeChecks: false,
    reporters: ['progress-append-only', 'json', 'html'],
    jsonReporter: { fileName: `${folder}/report.json` },
    htmlReporter: { fileName: `${folder}/report.html` },
    allowConsoleColors: false,
  });
  const results = await stryker.runMutationTest();
  const text = summary(name, results);
  writeFileSync(join(folder, 'summary.txt'), text);
  process.stdout.write(text);
  return 0;
});
