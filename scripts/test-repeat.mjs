// `npm run test:repeat -- --times 20 [--busy] [PATH…]`: runs the unit tests repeatedly, and lists those that ever failed.
// `--busy` keeps every core busy meanwhile, as on a machine with other load. Paths are passed to vitest.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { findTestFiles, partsFor } from './test-needs.mjs';
import { bin, build, install, node, program, root, run, UserError } from './workspace.mjs';

const report = join(root, 'test-results/repeat.json');

await program(async () => {
  const { values, positionals } = parseArgs({
    options: { times: { type: 'string', default: '20' }, busy: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const times = Number(values.times);
  if (!Number.isInteger(times) || times < 1) throw new UserError('--times takes a whole number, at least 1.');
  await install();
  await build(partsFor(positionals, findTestFiles(root)));
  mkdirSync(join(root, 'test-results'), { recursive: true });
  const spinners = values.busy ? Array.from({ length: availableParallelism() }, keepBusy) : [];
  /** The runs in which each test failed, by name. */
  const failures = new Map();
  try {
    for (let time = 1; time <= times; time++) {
      const failed = await runOnce(positionals);
      for (const name of failed) failures.set(name, [...(failures.get(name) ?? []), time]);
      process.stdout.write(`run ${time} of ${times}: ${failed.length === 0 ? 'passed' : `${failed.length} failed`}\n`);
    }
  } finally {
    for (const spinner of spinners) spinner.kill('SIGKILL');
  }
  for (const [name, runs] of failures)
    process.stdout.write(`${name}: failed in ${runs.length} of ${times} (${runs.join(', ')})\n`);
  if (failures.size === 0) process.stdout.write(`${times} of ${times} runs passed\n`);
  return failures.size === 0 ? 0 : 1;
});

/** Runs the unit tests once. @returns the names of those that failed. */
async function runOnce(paths) {
  rmSync(report, { force: true });
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
  const code = await run(node, [bin('.', 'vitest'), 'run', ...reporters, ...paths]);
  let results;
  try {
    results = JSON.parse(readFileSync(report, 'utf8')).testResults;
  } catch {
    return ['(the run ended without a report)'];
  }
  const failed = results.flatMap(({ name, status, assertionResults }) => {
    const file = relative(root, name);
    const tests = assertionResults
      .filter((test) => test.status === 'failed')
      .map((test) => `${file}: ${test.fullName}`);
    // A file that does not load has no tests, but is a failure.
    return status === 'failed' && tests.length === 0 ? [`${file}: (the file itself)`] : tests;
  });
  return failed.length === 0 && code !== 0 ? ['(an error outside of every test)'] : failed;
}

/** Starts a process that keeps a core busy. */
function keepBusy() {
  return spawn(node, ['-e', 'for (;;);'], { stdio: 'ignore' });
}
