// The tests as Stryker runs them, in a copy of the checkout.
import { statSync } from 'node:fs';
import { mergeConfig } from 'vitest/config';
import base from '../vitest.config.ts';
import { parts } from './parts.mjs';

/** Small files first: a run ends with the first test that fails. */
class SmallFirst {
  async sort(files) {
    const size = new Map(files.map((file) => [file, statSync(file.moduleId).size]));
    return [...files].sort((one, other) => size.get(one) - size.get(other));
  }
  async shard(files) {
    return files;
  }
}

const part = parts[process.env['POSTERN_MUTATION_PART']];

const config = mergeConfig(base, {
  test: {
    setupFiles: ['mutation/leave-out.mjs'],
    sequence: { sequencer: SmallFirst },
    testTimeout: part.testTimeout,
    // A run starts one worker and not one for each file; a new run starts a new one.
    isolate: false,
  },
});

// Set here and not with Stryker's `testFiles`, which activates mutants of constants only after the file was loaded.
config.test.include = part.tests;

export default config;
