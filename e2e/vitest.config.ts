import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { chromium } from './browser/chromium.ts';

const inBrowser =
  existsSync(chromium) || process.env['CI'] ? ['browser/real-cluster.test.ts', 'browser/real-workloads.test.ts'] : [];

// As in vitest.config.ts at the root: run from source, so that no test waits for a build.
const conditions = ['@postern/source', 'module', 'node', 'development|production'];

/** The product on the real cluster. One file at a time, because they share two cores and one cluster. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // The environment that loads the global setup.
  environments: { __vitest__: { resolve: { conditions } } },
  test: {
    root: import.meta.dirname,
    include: ['{kubectl,tunnel}/**/*.test.ts', ...inBrowser],
    globalSetup: ['harness/setup.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 120_000,
    reporters: [['default', { summary: false }], 'json'],
    outputFile: { json: '../test-results/e2e.json' },
  },
});
