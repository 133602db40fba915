import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { chromium } from './chromium.ts';

const missing = !existsSync(chromium);
if (missing) {
  // CI installs the browser, so it must be there; elsewhere the other tests should still run.
  if (process.env['CI']) throw new Error(`The browser tests need ${chromium} (Debian: apt-get install chromium).`);
  console.warn(
    `\nSkipping the browser tests: there is no ${chromium} (Debian: apt-get install chromium; or set POSTERN_CHROMIUM).\n`,
  );
}

// As in vitest.config.ts at the root: run from source, so that no test waits for a build.
const conditions = ['@postern/source', 'module', 'node', 'development|production'];

/** By name, so that every run has the same order. Each organization that a test signs up has a demo cluster of its own. */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => a.moduleId.localeCompare(b.moduleId));
  }
}

/** The product in a real browser, with the demo cluster. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // The environment that loads the global setup.
  environments: { __vitest__: { resolve: { conditions } } },
  test: {
    root: import.meta.dirname,
    include: missing ? [] : ['*.test.ts'],
    exclude: ['real-cluster.test.ts', 'real-workloads.test.ts'],
    passWithNoTests: missing,
    globalSetup: missing ? [] : ['setup.ts'],
    pool: 'forks',
    fileParallelism: false,
    sequence: { sequencer: ByName },
    testTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 240_000,
  },
});
