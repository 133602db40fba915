import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { chromium } from './chromium.ts';

const missing = !existsSync(chromium);
if (missing) {
  // CI installs it, so there a missing browser is a failure; elsewhere the rest of the tests is worth having.
  if (process.env['CI']) throw new Error(`The browser tests need ${chromium} (Debian: apt-get install chromium).`);
  console.warn(
    `\nThe browser tests are left out: there is no ${chromium} (Debian: apt-get install chromium; or set POSTERN_CHROMIUM).\n`,
  );
}

// As vitest.config.ts at the root: on sources, so that no test waits for a build.
const conditions = ['@postern/source', 'module', 'node', 'development|production'];

/** The product in a real browser, with the demo cluster. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // The one that loads the global setup.
  environments: { __vitest__: { resolve: { conditions } } },
  test: {
    root: import.meta.dirname,
    include: missing ? [] : ['*.test.ts'],
    exclude: ['real-cluster.test.ts'],
    passWithNoTests: missing,
    globalSetup: missing ? [] : ['setup.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 240_000,
  },
});
